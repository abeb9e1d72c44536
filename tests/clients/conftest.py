"""The same running gateway as its own tests use."""

from tests.web.gateway.conftest import shared

__all__ = ["shared"]
