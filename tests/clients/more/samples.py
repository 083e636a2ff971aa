"""A schema and a tool for frameworks that make theirs from types."""

from pydantic import BaseModel


class Cup(BaseModel):
    """A cup of coffee."""

    bean: str
    cups: int


def brew(cups: int) -> str:
    """Makes coffee."""
    return f"brewed {cups > 0}"
