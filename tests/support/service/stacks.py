"""What Pulumi Cloud keeps: stacks, their updates of which one at a time may change something, and secrets."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field

from tests.support.service.checkpoints import Journal, Json, Upload, edited, verbatim

OWNER = "studio"
"""The user, and the organization that stacks belong to."""


class Refused(Exception):
    """An answer that is none: an HTTP status and what the service says."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Update:
    """One run of the engine."""

    kind: str
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    lease: str = field(default_factory=lambda: secrets.token_hex(8))
    status: str = "not started"
    journal: Journal | None = None


@dataclass(slots=True)
class Stack:
    project: str
    name: str
    upload: Upload
    state: bytes = b'{"version":3,"deployment":{}}'
    updates: dict[str, Update] = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)
    """Secrets by what stands for them in the state."""

    @property
    def deployment(self) -> Json:
        return json.loads(self.state)["deployment"] or {}

    @property
    def active(self) -> str:
        """The update that keeps others away; a preview does not."""
        running = (each for each in self.updates.values() if each.status == "running")
        return next((each.id for each in running if each.kind != "preview"), "")

    def described(self) -> Json:
        name = {"orgName": OWNER, "projectName": self.project, "stackName": self.name}
        return {"id": self.name, **name, "activeUpdate": self.active, "version": len(self.updates)}

    def create(self, kind: str) -> Json:
        update = Update(kind)
        self.updates[update.id] = update
        return {"updateID": update.id}

    def start(self, update: Update, asked: Json) -> Json:
        if update.kind != "preview":
            self.be_free()
        update.status = "running"
        answer = {"version": len(self.updates), "token": update.lease}
        if self.upload is Upload.JOURNAL and asked.get("journalVersion") == 1:
            update.journal = Journal(self.deployment)
            answer["journalVersion"] = 1
        return answer

    def checkpoint(self, update: Update, way: str, body: bytes) -> None:
        """Take a state from the engine, in the way in which it is sent."""
        asked = json.loads(body)
        if way == "checkpointverbatim":
            self.state = verbatim(body)
        elif way == "checkpointdelta":
            self.state = edited(self.state, asked)
        elif way == "journalentries" and update.journal:
            update.journal.add(asked["entries"])
            self.state = json.dumps({"version": 3, "deployment": update.journal.deployment()}).encode()
        else:
            self.state = json.dumps({name: asked[name] for name in ("version", "deployment")}).encode()

    def take(self, body: bytes) -> Json:
        """Import a state."""
        self.be_free()
        self.state = body
        update = Update("import", status="succeeded")
        self.updates[update.id] = update
        return {"updateId": update.id}

    def be_free(self) -> None:
        if self.active:
            raise Refused(409, "Conflict: Another update is currently in progress.")

    def secret(self, verb: str, asked: Json) -> Json:
        """Encrypt or decrypt, one value or several; all are base64 in JSON."""
        match verb:
            case "encrypt":
                return {"ciphertext": self._keep(asked["plaintext"])}
            case "decrypt":
                return {"plaintext": self._kept[asked["ciphertext"]]}
            case "batch-encrypt":
                return {"ciphertexts": [self._keep(each) for each in asked["plaintexts"]]}
            case _:
                return {"plaintexts": {each: self._kept[each] for each in asked["ciphertexts"]}}

    def _keep(self, plaintext: str) -> str:
        ciphertext = base64.b64encode(secrets.token_bytes(24)).decode()
        self._kept[ciphertext] = plaintext
        return ciphertext
