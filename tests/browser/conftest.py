"""The browser tests use the small house of the page's own tests."""

from tests.surfaces.conftest import house

__all__ = ["house"]
