"""The web pages of volunteers and coordinators: server-rendered, and whole without JavaScript."""

from console.deps import ConsoleDeps
from console.mount import register_console

__all__ = ["ConsoleDeps", "register_console"]
