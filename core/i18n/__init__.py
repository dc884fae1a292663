"""Words: the locale catalogues, and how a message's parameters are said in a language."""
