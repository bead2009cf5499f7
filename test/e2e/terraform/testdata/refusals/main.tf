locals {
  trust = { for who in ["lambda", "cognito-idp"] : who => jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "${who}.amazonaws.com" } }]
  }) }
}

resource "aws_iam_role" "no_principal" {
  name = "no-principal"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_policy" "no_statement" {
  name   = "no-statement"
  policy = jsonencode({ Version = "2012-10-17" })
}

resource "aws_iam_role_policy_attachment" "absent" {
  role       = aws_iam_role.other.name
  policy_arn = "arn:aws:iam::${local.account}:policy/absent"
}

resource "aws_iam_role" "other" {
  name               = "other"
  assume_role_policy = local.trust["cognito-idp"]
}

resource "aws_cognito_user_pool" "phone" {
  name                     = "phone"
  auto_verified_attributes = ["phone_number"]
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "scope" {
  name                                 = "scope"
  user_pool_id                         = aws_cognito_user_pool.pool.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = ["nothing/here"]
}

resource "aws_cognito_user_pool_client" "provider" {
  name                         = "provider"
  user_pool_id                 = aws_cognito_user_pool.pool.id
  supported_identity_providers = ["Absent"]
}

resource "aws_api_gateway_rest_api" "api" {
  name = "api"
}

resource "aws_api_gateway_method" "root" {
  rest_api_id   = aws_api_gateway_rest_api.api.id
  resource_id   = aws_api_gateway_rest_api.api.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "no_function" {
  rest_api_id             = aws_api_gateway_rest_api.api.id
  resource_id             = aws_api_gateway_rest_api.api.root_resource_id
  http_method             = aws_api_gateway_method.root.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "https://example.com"
}

resource "aws_api_gateway_rest_api" "empty" {
  name = "empty"
}

resource "aws_api_gateway_deployment" "empty" {
  rest_api_id = aws_api_gateway_rest_api.empty.id
}

resource "aws_api_gateway_rest_api" "bad" {
  name = "bad"
  body = jsonencode({ swagger = "1.2", info = { title = "bad", version = "1" }, paths = {} })
}

resource "aws_cloudformation_stack" "bad" {
  name          = "bad"
  template_body = jsonencode({ Resources = { A = { Type = "AWS::Logs::LogGroup", Properties = { LogGroupName = { Ref = "Absent" } } } } })
}

resource "aws_cloudformation_stack" "capability" {
  name = "capability"
  template_body = jsonencode({ Resources = { A = { Type = "AWS::IAM::Role", Properties = {
    AssumeRolePolicyDocument = jsondecode(local.trust["lambda"])
  } } } })
}
