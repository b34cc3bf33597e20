"""The one `Provider` subclass: from a type token to its resource, and from a table to every answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pulumi.provider.experimental import provider as sdk

from gme_recording.errors import UserError
from providers.kit import apply, check, inputs, state
from providers.kit.caller import CALLER, warn
from providers.kit.diff import Change, Verb, diff
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.schema import schema
from providers.kit.values import DEFAULTS, RAW_STATE_DELTA, UNKNOWN, Values, declared, known, plain, wired

C = TypeVar("C")
Function = Callable[[C, Values], dict[str, Any]]
"""A provider's function (an `invoke`): its arguments to its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package(Generic[C]):
    """Everything that makes a provider."""

    name: str
    version: str
    configuration: tuple[Property, ...]
    connect: Callable[[Values], C]
    """From the configuration to what resources work with; reaches nothing."""
    resources: tuple[type[Resource[C]], ...]
    functions: Mapping[str, Function[C]]
    word: Callable[[check.Failure, str], sdk.CheckFailure]
    """How a failure is told, given the resource's name; no name stands for the provider's configuration."""
    bridged: bool = False
    """Keep the bookkeeping of bridged providers in the state."""


class TableProvider(sdk.Provider, Generic[C]):
    """Serves a package."""

    def __init__(self, package: Package[C]) -> None:
        self.package = package
        self._types = {each.token: each for each in package.resources}
        self._configurations: dict[str, Values] = {}
        """By the engine's connection: a program may have several providers, of one region each."""
        self._asked: dict[str, str] = {}
        """URN of a resource → the configured connection that asked for it last."""
        self._clouds: dict[str, C] = {}
        self._connecting = threading.Lock()

    # configuration

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        connection = CALLER.get().connection
        self._configurations[connection] = plain(request.args)
        self._clouds.pop(connection, None)
        if known(self._configurations[connection]):
            self._connection()
        return sdk.ConfigureResponse(supports_preview=True)

    def _connection(self) -> C:
        connection = CALLER.get().connection
        self._note()
        with self._connecting:
            if connection not in self._clouds:
                self._clouds[connection] = self.package.connect(self._configuration(connection))
            return self._clouds[connection]

    def _note(self) -> None:
        caller = CALLER.get()
        if caller.connection in self._configurations:
            self._asked[caller.urn] = caller.connection

    def _configuration(self, connection: str) -> Values:
        """Return what a connection was configured with; a renewed one is told by what it asks for."""
        stands_for = connection
        if connection not in self._configurations:
            stands_for = self._asked.get(CALLER.get().urn, "")
        if stands_for in self._configurations:
            return self._configurations[stands_for]
        first, *others = self._configurations.values() or [{}]
        if any(other != first for other in others):
            raise UserError(
                f"provider {self.package.name} cannot tell which configuration a new connection stands for",
                hint="run the same command again",
            )
        return first

    async def check_config(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        return await self.check(request)

    # what the table answers

    async def get_schema(self, request: sdk.GetSchemaRequest) -> sdk.GetSchemaResponse:
        del request
        types = {each.token: each.properties for each in self.package.resources}
        package = self.package
        return sdk.GetSchemaResponse(
            json.dumps(schema(package.name, package.version, package.configuration, types))
        )

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        self._note()
        table = self._table(request.type)
        naming = check.Naming(request.name, request.random_seed)
        checked, failures = check.check(table, plain(request.new_inputs), plain(request.old_inputs), naming)
        name = request.name
        if self._is_configuration(request.type):
            name = ""
            del checked[DEFAULTS]
        told = [self.package.word(each, name) for each in failures]
        return sdk.CheckResponse(wired(checked, _secrets(table)), told)

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        table = self._table(request.type)
        news = plain(request.new_inputs)
        changes = diff(table, plain(request.old_state), declared(news), _heads(request.ignore_changes))
        replaces = sorted({each.property for each in changes if each.replaces})
        explicit = {each.name for each in table if each.autonamed} - set(news.get(DEFAULTS, ()))
        return sdk.DiffResponse(
            changes=bool(changes),
            replaces=replaces,
            stables=sorted(each.name for each in table if each.replaces and each.name not in replaces),
            delete_before_replace=bool(explicit.intersection(replaces)),
            diffs=sorted({each.property for each in changes}),
            detailed_diff={
                each.path: sdk.PropertyDiff(
                    _KINDS[each.verb, each.replaces], self._is_configuration(request.type)
                )
                for each in changes
            },
        )

    # what reaches the cloud

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        table, given = self._table(request.type), plain(request.properties)
        if request.preview:
            await self._warn(request.type, declared(given), None)
            return sdk.CreateResponse(
                "", self._answer(table, apply.foreseen(table, declared(given)), UNKNOWN)
            )
        made, current = await asyncio.to_thread(apply.make, self._resource(request.type), given)
        return sdk.CreateResponse(made, self._answer(table, current, made))

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        table, given, before = self._table(request.type), plain(request.news), plain(request.olds)
        changes = diff(table, before, declared(given), _heads(request.ignore_changes))
        if request.preview:
            await self._warn(request.type, declared(given), before)
            current = apply.foreseen(table, declared(given), before, changes)
        else:
            resource, its_id = self._resource(request.type), request.resource_id
            current = await asyncio.to_thread(apply.change, resource, its_id, before, given, changes)
        return sdk.UpdateResponse(self._answer(table, current, request.resource_id))

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        table, before, given = self._table(request.type), plain(request.properties), plain(request.inputs)
        found = await asyncio.to_thread(self._resource(request.type).read, request.resource_id, before)
        if found is None:
            return sdk.ReadResponse()
        current = state.settled_object(table, found, before, applied=False)
        imported = not before and not given
        back = inputs.imported(table, current) if imported else inputs.refreshed(table, current, given)
        return sdk.ReadResponse(
            request.resource_id, self._answer(table, current, request.resource_id), wired(back)
        )

    async def delete(self, request: sdk.DeleteRequest) -> None:
        resource = self._resource(request.type)
        await asyncio.to_thread(resource.delete, request.resource_id, plain(request.properties))

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        function = self.package.functions.get(request.tok)
        if function is None:
            raise UserError(f"provider {self.package.name} has no function {request.tok}")
        return sdk.InvokeResponse(
            wired(await asyncio.to_thread(function, self._connection(), plain(request.args)))
        )

    async def _warn(self, token: str, wanted: Values, before: Values | None) -> None:
        for warning in self._type(token).warnings(wanted, before):
            await asyncio.to_thread(warn, warning)

    # look-up

    def _is_configuration(self, chain: str) -> bool:
        return _last(chain) == f"pulumi:providers:{self.package.name}"

    def _table(self, token: str) -> tuple[Property, ...]:
        if self._is_configuration(token):
            return self.package.configuration
        return self._type(token).properties

    def _type(self, chain: str) -> type[Resource[C]]:
        token = _last(chain)
        if token not in self._types:
            raise UserError(
                f"provider {self.package.name} has no resource type {token}",
                hint=f"it serves {', '.join(sorted(self._types))}",
            )
        return self._types[token]

    def _resource(self, token: str) -> Resource[C]:
        return self._type(token)(self._connection())

    def _answer(self, table: tuple[Property, ...], current: Values, resource_id: Any) -> dict[str, Any]:
        answer = {"id": resource_id, **current}
        if self.package.bridged and known(answer):
            answer[RAW_STATE_DELTA] = state.raw_delta(table, current)
        return wired(answer, _secrets(table))


_KINDS = {
    (verb, replaces): sdk.PropertyDiffKind[f"{verb.name}_REPLACE" if replaces else verb.name]
    for verb in Verb
    for replaces in (False, True)
}


def _last(chain: str) -> str:
    """Return a resource's own type: the engine sends the whole chain of its parents' types."""
    return chain.rpartition("$")[2]


def _secrets(table: tuple[Property, ...]) -> frozenset[str]:
    return frozenset(each.name for each in table if each.secret)


def _heads(paths: Sequence[str]) -> frozenset[str]:
    return frozenset(Change(path, Verb.UPDATE).property for path in paths)
