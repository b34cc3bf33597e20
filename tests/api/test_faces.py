import subprocess
import sys

import gme_recording.api
import gme_recording.smoke


def test_names_of_the_clients() -> None:
    assert set(gme_recording.api.__all__) == {
        "Account",
        "ApiError",
        "Cam",
        "Cloud",
        "CloudKind",
        "Cos",
        "Credentials",
        "Gme",
        "LifecycleRule",
        "LocalCloud",
        "RecordFile",
        "RecordMode",
        "RecordStatus",
        "Role",
        "Secret",
        "Task",
        "vendor_errors",
    }


def test_names_of_the_smoke_test() -> None:
    assert set(gme_recording.smoke.__all__) == {
        "Cause",
        "Interrupted",
        "Mode",
        "Report",
        "Result",
        "Target",
        "Verdict",
        "failure_message",
        "interrupt",
        "keep",
        "last",
        "render_text",
        "report_file",
        "run",
        "run_all",
        "to_json",
    }


def test_importing_loads_no_vendor_sdk() -> None:
    program = (
        "import sys, gme_recording.api, gme_recording.smoke;"
        "print({'tencentcloud', 'qcloud_cos', 'requests', 'pulumi'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
