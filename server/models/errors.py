"""What can go wrong while models are fetched. Each error is one line with its mend."""

from __future__ import annotations

from server.errors import UserError


class ModelError(UserError):
    """A model can't be had or used."""


class UnknownModel(ModelError):
    """The manifest holds no such model or group."""


class ModelMissing(ModelError):
    """The model is in the manifest but not in the store."""


class WrongHash(ModelError):
    """What a source delivered is not what the manifest names."""


class SourceUnreachable(ModelError):
    """A source could not be reached, or does not carry the model."""


class DiskFull(ModelError):
    """The disk has no room for what has to be stored."""
