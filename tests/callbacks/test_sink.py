import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gme_recording.callbacks.sink import NotTaken, sink
from gme_recording.errors import ExitCode, UserError
from tests.callbacks.make import APP, an_event

MESSAGE = {
    "id": an_event().id,
    "kind": "started",
    "bizId": APP,
    "roomId": "lobby",
    "userId": "7",
    "taskId": "446192236330927912",
    "mixed": False,
    "segment": 0,
    "file": f"{APP}_lobby_7/2026-01-31-18-00-00_0_audio.mp3",
    "sent": 1_769_853_601,
}


@pytest.fixture
def address():
    """Answers with the status that the path names, and remembers what came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.path, self.headers["Webhook-Id"], json.loads(body)))
            self.send_response(int(self.path.rpartition("/")[2]))
            self.send_header("Location", "/200")
            self.end_headers()

        def log_message(self, *_):
            pass

    came: list[tuple[str, str, object]] = []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_gets_a_line_of_json_for_each_event(tmp_path):
    write = sink(str(tmp_path / "events.jsonl"))

    write(an_event())
    write(an_event(9, RoomID="房间", RecordMode=1))

    first, second = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert first == MESSAGE
    assert (second["kind"], second["roomId"], second["mixed"]) == ("9", "房间", True)


def test_a_line_that_a_crash_has_cut_harms_no_other(tmp_path):
    (tmp_path / "events.jsonl").write_bytes(b'{"id": "cut of')

    sink(str(tmp_path / "events.jsonl"))(an_event())

    cut, whole = (tmp_path / "events.jsonl").read_text().splitlines()
    assert (cut, json.loads(whole)) == ('{"id": "cut of', MESSAGE)


def test_a_rotated_file_is_begun_anew(tmp_path):
    write = sink(str(tmp_path / "events.jsonl"))
    write(an_event())
    (tmp_path / "events.jsonl").rename(tmp_path / "events.jsonl.1")
    write(an_event())

    assert json.loads((tmp_path / "events.jsonl").read_text()) == MESSAGE


def test_an_address_gets_a_post_with_the_events_id(address):
    url, came = address

    sink(f"{url}/in/204")(an_event())

    assert came == [("/in/204", an_event().id, MESSAGE)]


@pytest.mark.parametrize("status", [302, 400, 500])
def test_any_answer_but_success_is_a_failure_and_redirects_are_not_followed(address, status):
    url, came = address

    with pytest.raises(NotTaken, match=f"HTTP {status}"):
        sink(f"{url}/{status}")(an_event())

    assert [path for path, _, _ in came] == [f"/{status}"]


def test_what_does_not_answer_or_speaks_no_http_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def speak():
            connection, _ = listener.accept()
            connection.sendall(b"220 mail ready\r\n")
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(NotTaken, match="no HTTP answer"):
            sink(url)(an_event())
        thread.join()
    with pytest.raises(OSError, match="refused"):
        sink(url)(an_event())


@pytest.mark.parametrize(
    "where", ["ftp://x", "http://", "http://[x", "http://x:99999/", "http://me:secret@127.0.0.1/"]
)
def test_what_is_neither_file_nor_url_is_refused_at_the_start_and_not_repeated(where):
    with pytest.raises(UserError, match="takes a file, or an http") as refused:
        sink(where)
    assert refused.value.exit_code == ExitCode.INPUT
    assert "secret" not in str(refused.value)
