"""What a scenario hands back: figures, each with its target where it has one, and whatever else is worth keeping."""

import dataclasses


@dataclasses.dataclass
class Figure:
    """One line of the table. `target` is None for what is only printed."""
    what: str
    value: float | None
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def met(self):
        """None when there is no target. A value that is missing meets none."""
        if self.most is None and self.least is None:
            return None
        if self.value is None:
            return False
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def target(self):
        if self.most is not None:
            return f"<= {self.most:g} {self.unit}".rstrip()
        return "" if self.least is None else f">= {self.least:g} {self.unit}".rstrip()

    def shown(self):
        if self.value is None:
            return "none"
        return (f"{self.value:d}" if isinstance(self.value, int) else f"{self.value:.4g}") + f" {self.unit}".rstrip()


@dataclasses.dataclass
class Result:
    """`lateness`: how late the load was sent, of every request; `details` are kept in the file and not shown."""
    figures: list
    lateness: list
    details: dict = dataclasses.field(default_factory=dict)
