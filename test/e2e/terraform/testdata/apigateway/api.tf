resource "aws_api_gateway_rest_api" "full" {
  name                         = var.changed ? "full-renamed" : "full"
  description                  = var.changed ? "Changed" : "An API with everything"
  api_key_source               = var.changed ? "AUTHORIZER" : "HEADER"
  binary_media_types           = var.changed ? ["image/png", "application/pdf"] : ["image/png", "*/*"]
  minimum_compression_size     = var.changed ? "0" : "1024"
  disable_execute_api_endpoint = var.changed
  tags                         = local.tags
  policy                       = data.aws_iam_policy_document.callers.json

  endpoint_configuration {
    types = [var.changed ? "EDGE" : "REGIONAL"]
  }
}

# What it has beside its name is put there by other resources and by a document.
resource "aws_api_gateway_rest_api" "plain" {
  name = "plain"
  tags = var.changed ? { first = "yes" } : {}
}

resource "aws_api_gateway_rest_api_policy" "plain" {
  rest_api_id = aws_api_gateway_rest_api.plain.id
  policy      = data.aws_iam_policy_document.callers.json
}

resource "aws_api_gateway_rest_api" "imported" {
  name             = "imported"
  fail_on_warnings = true
  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "imported", version = "1.0" }
    paths = merge({
      "/pets/{id}" = {
        get = {
          parameters = [{ name = "id", in = "path", required = true, schema = { type = "string" } }]
          responses  = { "200" = { description = "OK" } }
          x-amazon-apigateway-integration = {
            type             = "mock"
            requestTemplates = { "application/json" = "{\"statusCode\": 200}" }
            responses        = { default = { statusCode = var.changed ? "201" : "200" } }
          }
        }
      }
      }, var.changed ? {
      "/more" = {
        post = {
          responses = { "200" = { description = "OK" } }
          x-amazon-apigateway-integration = {
            type       = "http_proxy"
            httpMethod = "POST"
            uri        = "https://example.com/more"
          }
        }
      }
    } : {})
  })
}

data "aws_iam_policy_document" "callers" {
  statement {
    actions   = ["execute-api:Invoke"]
    resources = ["arn:aws:execute-api:${local.region}:${local.account}:*/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "IpAddress"
      variable = "aws:SourceIp"
      values   = var.changed ? ["10.0.0.0/8", "192.168.0.0/16"] : ["10.0.0.0/8"]
    }
  }
}

resource "aws_api_gateway_account" "account" {
  cloudwatch_role_arn = var.changed ? aws_iam_role.other.arn : aws_iam_role.gateway.arn
  reset_on_delete     = true
}

data "aws_iam_policy_document" "gateway" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "gateway" {
  name               = "gateway"
  assume_role_policy = data.aws_iam_policy_document.gateway.json
  description        = var.changed ? "Changed" : null
}

resource "aws_iam_role" "other" {
  name               = "gateway-other"
  assume_role_policy = data.aws_iam_policy_document.gateway.json
  description        = var.changed ? "Changed" : null
}

resource "aws_iam_role_policy_attachment" "gateway" {
  role       = aws_iam_role.gateway.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_iam_role_policy_attachment" "other" {
  role       = aws_iam_role.other.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_authorizer" "token" {
  rest_api_id                      = aws_api_gateway_rest_api.full.id
  name                             = var.changed ? "token-renamed" : "token"
  type                             = "TOKEN"
  authorizer_uri                   = var.changed ? local.functions.two : local.functions.one
  authorizer_credentials           = var.changed ? aws_iam_role.other.arn : aws_iam_role.gateway.arn
  authorizer_result_ttl_in_seconds = var.changed ? 0 : 60
  identity_source                  = var.changed ? "method.request.header.X-Token" : "method.request.header.Authorization"
  identity_validation_expression   = var.changed ? "^[a-z]+$" : "^Bearer .+$"
}

resource "aws_api_gateway_authorizer" "request" {
  rest_api_id     = aws_api_gateway_rest_api.full.id
  name            = "request"
  type            = "REQUEST"
  authorizer_uri  = local.functions.one
  identity_source = var.changed ? "method.request.querystring.key" : "method.request.header.X-Key,method.request.querystring.key"
}

resource "aws_api_gateway_authorizer" "pool" {
  rest_api_id   = aws_api_gateway_rest_api.full.id
  name          = "pool"
  type          = "COGNITO_USER_POOLS"
  provider_arns = var.changed ? [aws_cognito_user_pool.two.arn, aws_cognito_user_pool.one.arn] : [aws_cognito_user_pool.one.arn]
}

resource "aws_cognito_user_pool" "one" {
  name = "one"
  tags = local.tags
}

resource "aws_cognito_user_pool" "two" {
  name = "two"
  tags = local.tags
}

locals {
  functions = { for n in ["one", "two"] : n => "arn:aws:apigateway:${local.region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${local.region}:${local.account}:function:${n}/invocations" }
}
