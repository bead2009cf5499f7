"""Speaks for botocore, the library under the AWS CLI, over JSON lines.

Each line on standard input is a job; its answer is a line on standard output.
  {"do": "serialize", "service", "operation", "params"} -> {"method", "path", "query", "headers", "body"}
  {"do": "parse", "service", "operation", "status", "headers", "body"} -> {"parsed"}
Bytes are {"$blob": base64}, times {"$time": seconds since the epoch}.
"""
import base64
import datetime
import io
import json
import sys
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
from botocore.awsrequest import HeadersDict

loader = botocore.loaders.Loader()
models = {}


def service_model(name):
    if name not in models:
        models[name] = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
    return models[name]


def decode(value):
    if isinstance(value, dict):
        if "$blob" in value:
            return base64.b64decode(value["$blob"])
        if "$time" in value:
            epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
            return epoch + datetime.timedelta(milliseconds=round(value["$time"] * 1000))
        return {k: decode(v) for k, v in value.items()}
    if isinstance(value, list):
        return [decode(v) for v in value]
    return value


def encode(value):
    if isinstance(value, io.BytesIO):
        value = value.read()
    if isinstance(value, (bytes, bytearray)):
        return {"$blob": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$time": round(value.timestamp() * 1000) / 1000}
    if isinstance(value, dict):
        return {k: encode(v) for k, v in value.items()}
    if isinstance(value, list):
        return [encode(v) for v in value]
    return value


def serialize(job):
    model = service_model(job["service"])
    protocol = model.resolved_protocol
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(decode(job["params"]), model.operation_model(job["operation"]))
    body = request["body"]
    headers = {k: v for k, v in request["headers"].items()}
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body, doseq=True)
    if isinstance(body, str):
        body = body.encode()
    query = request["query_string"]
    if isinstance(query, dict):
        pairs = []
        for key, value in query.items():
            for v in value if isinstance(value, list) else [value]:
                pairs.append(urllib.parse.quote(str(key), safe="-_.~") + "=" + urllib.parse.quote(str(v), safe="-_.~"))
        query = "&".join(pairs)
    path, _, literal = request["url_path"].partition("?")
    query = "&".join(q for q in (literal, query) if q)
    return {
        "method": request["method"], "path": path, "query": query, "headers": headers,
        "body": base64.b64encode(body or b"").decode(), "protocol": protocol,
    }


def parse(job):
    model = service_model(job["service"])
    parser = botocore.parsers.create_parser(model.resolved_protocol)
    operation = model.operation_model(job["operation"])
    body = base64.b64decode(job["body"] or "")
    if job["status"] < 300 and operation.has_streaming_output:
        body = io.BytesIO(body)
    answer = {"status_code": job["status"], "headers": HeadersDict(job["headers"]), "body": body}
    shape = operation.output_shape
    if job["status"] >= 301 and job.get("error"):
        # As the client does: the error's own shape says where its members are.
        parsed = parser.parse(answer, shape)
        parsed.update(parser.parse(answer, model.shape_for(job["error"])))
    else:
        parsed = parser.parse(answer, shape)
    parsed.pop("ResponseMetadata", None)
    return {"parsed": encode(parsed)}


print(json.dumps({"version": botocore.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    try:
        answer = {"serialize": serialize, "parse": parse}[job["do"]](job)
    except Exception as e:  # the test reports it
        answer = {"failure": f"{type(e).__name__}: {e}"}
    print(json.dumps(answer), flush=True)
