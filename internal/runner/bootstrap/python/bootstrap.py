"""Runs a Python handler for the Lambda Runtime API."""

import os
import sys

import json

from gatehouse_runtime import client as runtime_client
from gatehouse_runtime import context as handler_context
from gatehouse_runtime import logs

runtime_directory = os.path.dirname(os.path.abspath(__file__))

INVOCATION = "/2018-06-01/runtime/invocation/"
JSON = "application/json"


class Fault(Exception):
    """An error that the runtime names itself."""

    def __init__(self, error_type, message, trace=()):
        Exception.__init__(self, message)
        self.error_type = "Runtime." + error_type
        self.message = message
        self.trace = list(trace)


class Unbuffered:
    """Writes through, so that no output is lost when the process ends."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        self._stream.write(text)
        self._stream.flush()

    def writelines(self, lines):
        self._stream.writelines(lines)
        self._stream.flush()


def load_handler(spelled):
    import importlib

    module_name, dot, name = spelled.rpartition(".")
    if not dot:
        raise Fault("MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % spelled)
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as e:
        raise Fault("ImportModuleError", "Unable to import module '%s': %s" % (module_name, e))
    except SyntaxError as e:
        trace = ['  File "%s" Line %s\n    %s' % (e.filename, e.lineno, e.text)]
        raise Fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, e), trace)
    try:
        return getattr(module, name)
    except AttributeError:
        raise Fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (name, module_name))


def error_document(error, request_id):
    if isinstance(error, Fault):
        return {
            "errorMessage": error.message,
            "errorType": error.error_type,
            "requestId": request_id,
            "stackTrace": error.trace,
        }
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = 0
    while own < len(frames) and frames[own].filename.startswith((runtime_directory, "<frozen importlib")):
        own += 1
    if own == len(frames):
        own = 0
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames[own:]),
    }


def to_json(value):
    def other(v):
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(v, decimal.Decimal):
            return float(v)
        raise TypeError("Object of type %s is not JSON serializable" % type(v).__name__)

    return json.dumps(value, default=other, ensure_ascii=False).encode("utf-8")


def header_document(headers, name, words):
    text = headers.get(name)
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as e:
        raise Fault("LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (words, e))


def run(handler, request_id, headers, body):
    """Calls the handler and returns the body of its answer and the content type."""
    context = handler_context.LambdaContext(
        request_id,
        header_document(headers, "lambda-runtime-client-context", "Client Context"),
        header_document(headers, "lambda-runtime-cognito-identity", "Cognito Identity"),
        int(headers.get("lambda-runtime-deadline-ms", 0)),
        headers.get("lambda-runtime-invoked-function-arn"),
    )
    try:
        event = json.loads(body)
    except ValueError as e:
        raise Fault("UnmarshalError", "Unable to unmarshal input: %s" % e)
    result = handler(event, context)
    if isinstance(result, (bytes, bytearray)):
        return bytes(result), "application/octet-stream"
    try:
        return to_json(result), JSON
    except Exception as e:
        raise Fault("MarshalError", "Unable to marshal response: %s" % e)


def serve(client, handler, sink):
    headers, body = client.next()
    request_id = headers["lambda-runtime-aws-request-id"]
    logs.State.request_id = request_id
    if headers.get("lambda-runtime-trace-id"):
        os.environ["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        result, content_type = run(handler, request_id, headers, body)
    except Exception as e:
        document = error_document(e, request_id)
        logs.log_error(sink, document)
        client.post(
            INVOCATION + request_id + "/error",
            {"Content-Type": JSON, "Lambda-Runtime-Function-Error-Type": document["errorType"]},
            to_json(document),
        )
        return
    client.post(INVOCATION + request_id + "/response", {"Content-Type": content_type}, result)


def main():
    sys.stdout, sys.stderr = Unbuffered(sys.stdout), Unbuffered(sys.stderr)
    sink = logs.Sink()
    logs.install(sink, logs.State)
    sys.path.remove(runtime_directory)
    version = "python%d.%d" % sys.version_info[:2]
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], "/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    client = runtime_client.Client(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as e:
        document = error_document(e, "")
        logs.log_error(sink, document)
        client.post(
            "/2018-06-01/runtime/init/error",
            {"Content-Type": JSON, "Lambda-Runtime-Function-Error-Type": document["errorType"]},
            to_json(document),
        )
        sys.exit(1)
    while True:
        serve(client, handler, sink)


main()
