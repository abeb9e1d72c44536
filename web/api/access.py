"""Access over HTTP: tokens and login links, so that commands on this machine go through the running server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from web import address, desk_shapes, reading
from web.answers import answer
from web.auth import require
from web.auth.guard import auth
from web.docs import documented
from web.errors import BadRequest

if TYPE_CHECKING:
    from web.desk import Desk


class TokenRequest(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80, description="whose token it is")
    scopes: list[str] = Field(min_length=1, max_length=6, description="read, publish, signal, report, trade, admin")


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("access", __name__)

    @api.get("/api/tokens")
    @require("admin")
    @documented("Every API token without its secret", gives=desk_shapes.Tokens)
    def listing() -> Response:
        return answer({"items": auth().tokens.all(), "next": None})

    @api.post("/api/tokens")
    @require("admin")
    @documented(
        "Make an API token; its secret is shown this once",
        body={"application/json": {"schema": TokenRequest.model_json_schema()}},
        answers={201: "the token with its secret", 400: "an unknown scope or no name"},
        gives=desk_shapes.NewToken,
    )
    def make() -> Response:
        try:
            asked = TokenRequest.model_validate(reading.json_body())
        except ValidationError:
            hint = 'Send {"name": "scanner", "scopes": ["read", "publish"]}.'
            raise BadRequest("bad_token_request", "A token needs a name and a list of scopes.", hint) from None
        return answer(auth().tokens.make(asked.name, asked.scopes), 201)

    @api.delete("/api/tokens/<token_id>")
    @require("admin")
    @documented("End a token; its sockets close", answers={204: "ended", 404: "no such token"})
    def revoke(token_id: str) -> Response:
        auth().revoke_token(token_id)
        return Response(status=204)

    @api.post("/api/login-links")
    @require("admin")
    @documented("Make a one-time login link", answers={201: "the link, and for how long"}, gives=desk_shapes.LoginLink)
    def link() -> Response:
        url = f"{address.shown(desk.values)}/login/{auth().sessions.make_link()}"
        return answer({"url": url, "seconds": desk.values.login_link_seconds}, 201)

    return api
