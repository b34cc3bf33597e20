"""Doing with one resource what an engine does with it."""

from __future__ import annotations

from tests.providers.wire import Json, Wire


class Stack:
    """Does with one resource what an engine does with it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def urn(self, token: str) -> str:
        return f"urn:pulumi:local::voice::gme-recording:storage:Storage${token}::it"

    def inputs(self, token: str, news: Json, olds: Json | None = None) -> Json:
        answer = self.wire.call("Check", {"urn": self.urn(token), "news": news, "olds": olds or {}})
        assert answer.get("failures", []) == []
        inputs: Json = answer["inputs"]
        return inputs

    def create(self, token: str, news: Json) -> Json:
        return self.wire.call("Create", {"urn": self.urn(token), "properties": self.inputs(token, news)})

    def read(self, token: str, made: Json, news: Json) -> Json:
        request = {"urn": self.urn(token), "id": made["id"], "properties": made["properties"]}
        return self.wire.call("Read", request | {"inputs": self.inputs(token, news)})

    def diff(self, token: str, made: Json, news: Json) -> Json:
        request = {"urn": self.urn(token), "id": made["id"], "olds": made["properties"]}
        return self.wire.call("Diff", request | {"news": self.inputs(token, news)})

    def update(self, token: str, made: Json, news: Json, *, preview: bool = False) -> Json:
        request = {"urn": self.urn(token), "id": made["id"], "olds": made["properties"], "preview": preview}
        answer = self.wire.call("Update", request | {"news": self.inputs(token, news)})
        return {"id": made["id"], **answer}

    def delete(self, token: str, made: Json) -> None:
        request = {"urn": self.urn(token), "id": made["id"], "properties": made["properties"]}
        self.wire.call("Delete", request)
