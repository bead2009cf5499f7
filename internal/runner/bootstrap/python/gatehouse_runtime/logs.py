"""Log events: framed records to the descriptor that the platform gives."""

import json
import os
import sys
import time


class State:
    """What log records need to know of the invocation under way."""

    request_id = None


class Sink:
    def __init__(self):
        fd = os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", "")
        self._fd = int(fd) if fd else None

    def write(self, text):
        if self._fd is None:
            sys.stdout.write(text.rstrip("\n").replace("\n", "\r") + "\n")
            return
        data = text.encode("utf-8", "replace")
        frame = (
            b"\xa5\x5a\x00\x03"
            + len(data).to_bytes(4, "big")
            + (time.time_ns() // 1000).to_bytes(8, "big")
            + data
        )
        while frame:
            frame = frame[os.write(self._fd, frame):]


def is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def _timestamp():
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + "Z"


def log_error(sink, document):
    if is_json():
        sink.write(json.dumps({"timestamp": _timestamp(), "level": "ERROR", **document}, ensure_ascii=False))
        return
    head = "[ERROR]"
    if document["errorType"]:
        head += " " + document["errorType"]
        if document["errorMessage"]:
            head += ":"
    if document["errorMessage"]:
        head += " " + document["errorMessage"]
    lines = [head, "Traceback (most recent call last):"]
    for element in document["stackTrace"]:
        lines.extend(element.splitlines() or [""])
    sink.write("\n".join(lines))


def install(sink, state):
    """Gives the root logger its handler, when the function imports logging.

    Importing logging costs several milliseconds, so it happens only if the
    function does: the import system calls back.
    """
    from importlib.machinery import PathFinder

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name != "logging":
                return None
            sys.meta_path.remove(self)
            spec = PathFinder.find_spec(name, path, target)
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                setup(module, sink, state)

            spec.loader.exec_module = exec_module
            return spec

    if "logging" in sys.modules:
        setup(sys.modules["logging"], sink, state)
    else:
        sys.meta_path.insert(0, Finder())


def setup(logging, sink, state):
    class Handler(logging.Handler):
        def emit(self, record):
            record.aws_request_id = state.request_id or ""
            sink.write(self.format(record))

    class Json(logging.Formatter):
        def format(self, record):
            event = {
                "timestamp": _timestamp(),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
                "requestId": state.request_id or "",
            }
            if record.exc_info:
                event["exception"] = self.formatException(record.exc_info)
            return json.dumps(event, ensure_ascii=False)

    logging.Formatter.converter = time.gmtime
    handler = Handler()
    if is_json():
        handler.setFormatter(Json())
    else:
        handler.setFormatter(
            logging.Formatter(
                "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
                "%Y-%m-%dT%H:%M:%S",
            )
        )
    root = logging.getLogger()
    root.addHandler(handler)
    names = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = names.get(level, level)
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"):
        root.setLevel(level)
