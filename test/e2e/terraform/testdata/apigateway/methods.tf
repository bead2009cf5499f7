resource "aws_api_gateway_resource" "things" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  parent_id   = aws_api_gateway_rest_api.full.root_resource_id
  path_part   = var.changed ? "objects" : "things"
}

resource "aws_api_gateway_resource" "thing" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  parent_id   = aws_api_gateway_resource.things.id
  path_part   = "{id}"
}

resource "aws_api_gateway_resource" "rest" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  parent_id   = aws_api_gateway_rest_api.full.root_resource_id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.full.id
  name                        = var.changed ? "all-renamed" : "all"
  validate_request_body       = true
  validate_request_parameters = !var.changed
}

resource "aws_api_gateway_model" "thing" {
  rest_api_id  = aws_api_gateway_rest_api.full.id
  name         = "Thing"
  description  = var.changed ? "Changed" : "A thing"
  content_type = "application/json"
  schema       = jsonencode({ "$schema" = "http://json-schema.org/draft-04/schema#", type = "object", required = var.changed ? ["name", "size"] : ["name"] })
}

resource "aws_api_gateway_model" "bare" {
  rest_api_id  = aws_api_gateway_rest_api.full.id
  name         = "Bare"
  content_type = "application/xml"
  description  = var.changed ? "Now with words" : null
  schema       = jsonencode({ type = "object" })
}

# Mapping templates, parameters and models in both directions.
resource "aws_api_gateway_method" "put" {
  rest_api_id          = aws_api_gateway_rest_api.full.id
  resource_id          = aws_api_gateway_resource.thing.id
  http_method          = "PUT"
  authorization        = var.changed ? "AWS_IAM" : "CUSTOM"
  authorizer_id        = var.changed ? null : aws_api_gateway_authorizer.token.id
  api_key_required     = var.changed
  operation_name       = var.changed ? "PutObject" : "PutThing"
  request_validator_id = aws_api_gateway_request_validator.all.id
  request_models       = var.changed ? { "application/json" = "Thing", "application/xml" = "Bare" } : { "application/json" = "Thing" }
  request_parameters   = var.changed ? { "method.request.path.id" = true, "method.request.querystring.q" = true } : { "method.request.path.id" = true, "method.request.querystring.q" = false, "method.request.header.X-Trace" = false }
  depends_on           = [aws_api_gateway_model.thing, aws_api_gateway_model.bare]
}

resource "aws_api_gateway_method_response" "put" {
  rest_api_id         = aws_api_gateway_rest_api.full.id
  resource_id         = aws_api_gateway_resource.thing.id
  http_method         = aws_api_gateway_method.put.http_method
  status_code         = "200"
  response_models     = var.changed ? { "application/json" = "Thing" } : { "application/json" = "Empty" }
  response_parameters = var.changed ? { "method.response.header.X-Size" = true } : { "method.response.header.X-Size" = false, "method.response.header.X-Old" = false }
}

resource "aws_api_gateway_integration" "put" {
  rest_api_id             = aws_api_gateway_rest_api.full.id
  resource_id             = aws_api_gateway_resource.thing.id
  http_method             = aws_api_gateway_method.put.http_method
  type                    = "HTTP"
  integration_http_method = "PUT"
  uri                     = var.changed ? "https://example.com/objects/{id}" : "https://example.com/things/{id}"
  connection_type         = "INTERNET"
  content_handling        = var.changed ? "CONVERT_TO_TEXT" : "CONVERT_TO_BINARY"
  passthrough_behavior    = "WHEN_NO_TEMPLATES"
  timeout_milliseconds    = var.changed ? 5000 : 29000
  cache_namespace         = var.changed ? "objects" : "things"
  cache_key_parameters    = var.changed ? ["method.request.querystring.q", "method.request.path.id"] : ["method.request.querystring.q"]
  request_parameters      = var.changed ? { "integration.request.path.id" = "method.request.path.id" } : { "integration.request.path.id" = "method.request.path.id", "integration.request.header.X-Static" = "'yes'" }
  request_templates       = var.changed ? { "application/json" = "{\"name\": $input.json('$.name')}", "application/xml" = "" } : { "application/json" = "$input.json('$')" }

  tls_config {
    insecure_skip_verification = var.changed
  }
}

resource "aws_api_gateway_integration_response" "put" {
  rest_api_id         = aws_api_gateway_rest_api.full.id
  resource_id         = aws_api_gateway_resource.thing.id
  http_method         = aws_api_gateway_method.put.http_method
  status_code         = aws_api_gateway_method_response.put.status_code
  selection_pattern   = var.changed ? "20[01]" : "2\\d{2}"
  content_handling    = var.changed ? "CONVERT_TO_BINARY" : "CONVERT_TO_TEXT"
  response_templates  = var.changed ? { "application/json" = "$input.body" } : { "application/json" = "", "application/xml" = "<a/>" }
  response_parameters = var.changed ? { "method.response.header.X-Size" = "integration.response.header.Length" } : { "method.response.header.X-Size" = "integration.response.header.Size" }
  depends_on          = [aws_api_gateway_integration.put]
}

resource "aws_api_gateway_method" "get" {
  rest_api_id          = aws_api_gateway_rest_api.full.id
  resource_id          = aws_api_gateway_resource.thing.id
  http_method          = "GET"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.pool.id
  authorization_scopes = var.changed ? ["things/read", "things/list"] : ["things/read", "things/all"]
  request_parameters   = var.changed ? { "method.request.querystring.page" = true } : {}
}

resource "aws_api_gateway_integration" "get" {
  rest_api_id             = aws_api_gateway_rest_api.full.id
  resource_id             = aws_api_gateway_resource.thing.id
  http_method             = aws_api_gateway_method.get.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.changed ? local.functions.two : local.functions.one
  credentials             = aws_iam_role.gateway.arn
}

resource "aws_api_gateway_method" "options" {
  rest_api_id        = aws_api_gateway_rest_api.full.id
  resource_id        = aws_api_gateway_resource.things.id
  http_method        = "OPTIONS"
  authorization      = "NONE"
  request_parameters = var.changed ? { "method.request.header.Origin" = false } : {}
}

resource "aws_api_gateway_integration" "options" {
  rest_api_id       = aws_api_gateway_rest_api.full.id
  resource_id       = aws_api_gateway_resource.things.id
  http_method       = aws_api_gateway_method.options.http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = var.changed ? 204 : 200 }) }
}

resource "aws_api_gateway_method_response" "options" {
  for_each            = toset(["200", "204"])
  rest_api_id         = aws_api_gateway_rest_api.full.id
  resource_id         = aws_api_gateway_resource.things.id
  http_method         = aws_api_gateway_method.options.http_method
  status_code         = each.key
  response_models     = var.changed ? { "application/json" = "Empty" } : {}
  response_parameters = { "method.response.header.Access-Control-Allow-Origin" = true }
}

resource "aws_api_gateway_integration_response" "options" {
  for_each            = aws_api_gateway_method_response.options
  rest_api_id         = aws_api_gateway_rest_api.full.id
  resource_id         = aws_api_gateway_resource.things.id
  http_method         = aws_api_gateway_method.options.http_method
  status_code         = each.value.status_code
  selection_pattern   = each.key == "204" ? "204" : null
  response_parameters = { "method.response.header.Access-Control-Allow-Origin" = var.changed ? "'https://example.com'" : "'*'" }
  depends_on          = [aws_api_gateway_integration.options]
}

resource "aws_api_gateway_method" "any" {
  rest_api_id        = aws_api_gateway_rest_api.full.id
  resource_id        = aws_api_gateway_resource.rest.id
  http_method        = "ANY"
  authorization      = "CUSTOM"
  authorizer_id      = var.changed ? aws_api_gateway_authorizer.token.id : aws_api_gateway_authorizer.request.id
  request_parameters = { "method.request.path.proxy" = true }
}

resource "aws_api_gateway_integration" "any" {
  rest_api_id             = aws_api_gateway_rest_api.full.id
  resource_id             = aws_api_gateway_resource.rest.id
  http_method             = aws_api_gateway_method.any.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  uri                     = var.changed ? "https://example.org/{proxy}" : "https://example.com/{proxy}"
  request_parameters      = { "integration.request.path.proxy" = "method.request.path.proxy" }
}

resource "aws_api_gateway_gateway_response" "denied" {
  rest_api_id         = aws_api_gateway_rest_api.full.id
  response_type       = "UNAUTHORIZED"
  status_code         = var.changed ? "403" : "401"
  response_templates  = var.changed ? { "application/json" = "{}" } : { "application/json" = "{\"message\":$context.error.messageString}" }
  response_parameters = var.changed ? { "gatewayresponse.header.X-Why" = "'changed'" } : { "gatewayresponse.header.X-Why" = "'no token'" }
}

resource "aws_api_gateway_gateway_response" "all" {
  rest_api_id         = aws_api_gateway_rest_api.full.id
  response_type       = "DEFAULT_4XX"
  response_templates  = { "application/json" = "{\"message\":$context.error.messageString}" }
  response_parameters = var.changed ? { "gatewayresponse.header.X-Family" = "'4'" } : {}
}
