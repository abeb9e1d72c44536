"""What all models of event data share: nothing unknown slips in, and no number that is not one."""

from pydantic import BaseModel, ConfigDict


class Data(BaseModel):
    """Strict base: unknown fields and NaN are refused; a model is never changed after it was made."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, protected_namespaces=())
