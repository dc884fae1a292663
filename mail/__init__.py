"""E-mail to the duty contact: rendered and sent; nothing comes in this way."""
