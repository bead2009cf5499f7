# A REST API that sends text messages, for clients with OAuth credentials. The
# same stack as template.yaml, for Terraform. Build the function first:
#
#   go run ./stacks/tools/lambdazip -o stacks/sms-api/build/function.zip ./stacks/sms-api/function

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

provider "aws" {}

variable "name" {
  description = "Names the stack's resources."
  type        = string
  default     = "sms-api"
}

variable "stage_name" {
  description = "The first part of the API's path."
  type        = string
  default     = "v1"

  validation {
    condition     = can(regex("^[A-Za-z0-9_]+$", var.stage_name))
    error_message = "The stage name must have only letters, digits and underscores."
  }
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

# Who may call: clients of a Cognito user pool, with their own credentials.
resource "aws_cognito_user_pool" "pool" {
  name = var.name
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id = aws_cognito_user_pool.pool.id
  domain       = "${var.name}-${data.aws_caller_identity.current.account_id}"
}

resource "aws_cognito_resource_server" "api" {
  user_pool_id = aws_cognito_user_pool.pool.id
  identifier   = "sms-api"
  name         = "SMS API"

  scope {
    scope_name        = "send"
    scope_description = "Send text messages"
  }
}

resource "aws_cognito_user_pool_client" "client" {
  user_pool_id                         = aws_cognito_user_pool.pool.id
  name                                 = "sms-api"
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.api.scope_identifiers
}

# What it does: a function that may publish, and write its own log.
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 14
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sns:Publish"]
    resources = ["*"] # a phone number is no resource
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }
}

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "send" {
  name   = "send"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.send.json
}

resource "aws_lambda_function" "send" {
  function_name    = var.name
  role             = aws_iam_role.function.arn
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  filename         = "${path.module}/build/function.zip"
  source_code_hash = filebase64sha256("${path.module}/build/function.zip")
  timeout          = 10
  memory_size      = 128

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  depends_on = [aws_iam_role_policy.send]
}

variable "architecture" {
  description = "What the function was built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  function_name = aws_lambda_function.send.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.api.execution_arn}/*/POST/sms"
}

# How it is called: POST /sms with an access token that has the scope.
resource "aws_api_gateway_rest_api" "api" {
  name = var.name

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_authorizer" "clients" {
  rest_api_id     = aws_api_gateway_rest_api.api.id
  name            = "clients"
  type            = "COGNITO_USER_POOLS"
  identity_source = "method.request.header.Authorization"
  provider_arns   = [aws_cognito_user_pool.pool.arn]
}

resource "aws_api_gateway_resource" "sms" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  parent_id   = aws_api_gateway_rest_api.api.root_resource_id
  path_part   = "sms"
}

resource "aws_api_gateway_method" "post" {
  rest_api_id          = aws_api_gateway_rest_api.api.id
  resource_id          = aws_api_gateway_resource.sms.id
  http_method          = "POST"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.clients.id
  authorization_scopes = aws_cognito_resource_server.api.scope_identifiers
}

resource "aws_api_gateway_integration" "post" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_resource.sms.id
  http_method             = aws_api_gateway_method.post.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.send.invoke_arn
}

resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id

  triggers = {
    # What a deployment freezes, by the attributes that this file sets: whole
    # resources would differ once Terraform has read back their defaults.
    redeploy = sha1(jsonencode([
      aws_api_gateway_resource.sms.path,
      aws_api_gateway_method.post.authorization,
      aws_api_gateway_method.post.authorizer_id,
      aws_api_gateway_method.post.authorization_scopes,
      aws_api_gateway_integration.post.uri,
      aws_api_gateway_integration.post.timeout_milliseconds,
      aws_api_gateway_authorizer.clients.identity_source,
      aws_api_gateway_authorizer.clients.provider_arns,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "stage" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  deployment_id = aws_api_gateway_deployment.api.id
  stage_name    = var.stage_name
}

output "api_url" {
  description = "POST {\"phone\", \"message\"} here."
  value       = "${aws_api_gateway_stage.stage.invoke_url}/sms"
}

output "token_url" {
  description = "Where clients get their tokens."
  value       = "https://${aws_cognito_user_pool_domain.domain.domain}.auth.${data.aws_region.current.name}.amazoncognito.com/oauth2/token"
}

output "user_pool_id" {
  value = aws_cognito_user_pool.pool.id
}

output "client_id" {
  value = aws_cognito_user_pool_client.client.id
}

output "client_secret" {
  value     = aws_cognito_user_pool_client.client.client_secret
  sensitive = true
}
