"""Asks the receiver's relay what has come: on Tencent Cloud nobody else knows."""

from __future__ import annotations

import http.client
import json
import math
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gme_recording.callbacks import relay_token
from gme_recording.callbacks.told import Told, parse
from gme_recording.smoke.model import Cause, Failed

if TYPE_CHECKING:
    from gme_recording.smoke.model import Run

ANSWER_SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
_AWAY = frozenset({429, 502, 503, 504})
"""Too many questions, or a proxy whose receiver is down."""
_WRONG_URL = (
    "smoke.callbackRelay is the callback URL followed by /relay; "
    f"the receiver opens it only if it has {relay_token.VARIABLE}"
)


class Away(Failed):
    """The relay gives no answer now; it may give one later."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"the receiver's relay {url} does not answer: {why}",
            hint="start the receiver, and let its relay be reached from where the test runs",
            cause=Cause.CALLBACK_UNREACHABLE,
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the declared address and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def ask(run: Run) -> Told:
    """Return what the receiver has of the test's task, and what it refused since the recording began.

    The token comes from the environment. Raises Away, Failed for what is no relay or a wrong token, and
    UserError for what is no token.
    """
    url = run.target.callback_relay
    token = relay_token.load(os.environ)
    if token is None:
        raise Failed(f"no token for the relay {url}", hint=relay_token.HINT)
    seconds = math.ceil(run.clock.now() - run.began)
    asked = urlencode({"bizId": run.target.biz_id, "taskId": run.task_id, "seconds": seconds})
    request = urllib.request.Request(  # noqa: S310 - the stack file's, checked there
        f"{url}?{asked}", headers={"Authorization": f"Bearer {token.reveal()}"}
    )
    try:
        with _opener(url).open(request, timeout=ANSWER_SECONDS) as answer:
            return parse(json.loads(answer.read(LARGEST_ANSWER)))
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise _refused(url, refusal.code) from None
    except (OSError, http.client.HTTPException) as error:
        raise Away(url, str(getattr(error, "reason", error)) or type(error).__name__) from None
    except ValueError:
        raise Failed(f"what answers at {url} is no receiver's relay", hint=_WRONG_URL) from None


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Plain http is for this machine, where the environment's proxy may be the local cloud."""
    proxies = urllib.request.ProxyHandler(None if url.startswith("https:") else {})
    return urllib.request.build_opener(proxies, _NoRedirect)


def _refused(url: str, status: int) -> Failed:
    if status in _AWAY:
        return Away(url, f"HTTP {status}")
    if status == http.client.UNAUTHORIZED:
        return Failed(f"the relay {url} refuses the token", hint=relay_token.HINT)
    return Failed(f"the relay {url} answers with HTTP {status}", hint=_WRONG_URL)
