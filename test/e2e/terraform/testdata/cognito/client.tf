resource "aws_cognito_user_pool_client" "full" {
  user_pool_id                                  = aws_cognito_user_pool.plain.id
  name                                          = var.changed ? "full-renamed" : "full"
  generate_secret                               = true
  access_token_validity                         = var.changed ? 30 : 2
  id_token_validity                             = var.changed ? 20 : 1
  refresh_token_validity                        = var.changed ? 7 : 48
  auth_session_validity                         = var.changed ? 5 : 10
  allowed_oauth_flows                           = var.changed ? ["code"] : ["code", "implicit"]
  allowed_oauth_flows_user_pool_client          = true
  allowed_oauth_scopes                          = var.changed ? ["openid", "email", "phone"] : ["openid", "profile", "aws.cognito.signin.user.admin"]
  callback_urls                                 = var.changed ? ["https://app.example.com/in", "myapp://in"] : ["https://app.example.com/in", "http://localhost:3000"]
  default_redirect_uri                          = var.changed ? "myapp://in" : "https://app.example.com/in"
  logout_urls                                   = var.changed ? ["https://app.example.com/bye"] : ["https://app.example.com/out"]
  enable_token_revocation                       = !var.changed
  enable_propagate_additional_user_context_data = var.changed
  explicit_auth_flows                           = var.changed ? ["ALLOW_USER_SRP_AUTH"] : ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
  prevent_user_existence_errors                 = var.changed ? "LEGACY" : "ENABLED"
  read_attributes                               = var.changed ? ["email", "name"] : ["email"]
  write_attributes                              = var.changed ? ["email", "name"] : ["email", "nickname"]
  supported_identity_providers                  = var.changed ? ["COGNITO", aws_cognito_identity_provider.oidc.provider_name, aws_cognito_identity_provider.google.provider_name] : ["COGNITO"]

  token_validity_units {
    access_token  = var.changed ? "minutes" : "hours"
    id_token      = var.changed ? "minutes" : "hours"
    refresh_token = var.changed ? "days" : "hours"
  }

  dynamic "refresh_token_rotation" {
    for_each = var.changed ? [30] : []
    content {
      feature                    = "ENABLED"
      retry_grace_period_seconds = refresh_token_rotation.value
    }
  }

  dynamic "analytics_configuration" {
    for_each = var.changed ? [true] : []
    content {
      application_id   = "00000000000000000000000000000001"
      external_id      = "analytics"
      role_arn         = aws_iam_role.sms.arn
      user_data_shared = true
    }
  }

  # Cognito does not tell whether it made the secret.
  lifecycle {
    ignore_changes = [generate_secret]
  }
}

resource "aws_cognito_user_pool_client" "machine" {
  user_pool_id                         = aws_cognito_user_pool.plain.id
  name                                 = "machine"
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  # Not scope_identifiers: the provider knows what those become one plan too late.
  allowed_oauth_scopes = [for s in var.changed ? ["delete", "read"] : ["read", "write"] : "${aws_cognito_resource_server.api.identifier}/${s}"]

  lifecycle {
    ignore_changes = [generate_secret]
  }
}

resource "aws_cognito_user_pool_client" "plain" {
  user_pool_id = aws_cognito_user_pool.older.id
  name         = var.changed ? "plain-renamed" : "plain"
}

resource "aws_cognito_user_pool_domain" "prefix" {
  user_pool_id          = aws_cognito_user_pool.plain.id
  domain                = "gatehouse-e2e"
  managed_login_version = var.changed ? 2 : 1
}

resource "aws_cognito_user_pool_domain" "custom" {
  user_pool_id    = aws_cognito_user_pool.older.id
  domain          = "login.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:${local.account}:certificate/${var.changed ? "22222222-2222-2222-2222-222222222222" : "11111111-1111-1111-1111-111111111111"}"
}

resource "aws_cognito_resource_server" "api" {
  user_pool_id = aws_cognito_user_pool.plain.id
  identifier   = "https://api.example.com"
  name         = "API"

  scope {
    scope_name        = "read"
    scope_description = var.changed ? "Reads all" : "Reads"
  }
  dynamic "scope" {
    for_each = var.changed ? ["write", "delete"] : ["write"]
    content {
      scope_name        = scope.value
      scope_description = "Does ${scope.value}"
    }
  }
}

resource "aws_cognito_resource_server" "empty" {
  user_pool_id = aws_cognito_user_pool.plain.id
  identifier   = "empty"
  name         = "Empty"
}

resource "aws_cognito_user_group" "admins" {
  user_pool_id = aws_cognito_user_pool.plain.id
  name         = "admins"
  description  = var.changed ? null : "They may"
  precedence   = var.changed ? 5 : 0
  role_arn     = var.changed ? aws_iam_role.sms.arn : null
}

resource "aws_cognito_user_group" "guests" {
  user_pool_id = aws_cognito_user_pool.plain.id
  name         = "guests"
  description  = var.changed ? "They look" : null
}

resource "aws_cognito_identity_provider" "google" {
  user_pool_id  = aws_cognito_user_pool.plain.id
  provider_name = "Google"
  provider_type = "Google"

  provider_details = {
    authorize_scopes              = var.changed ? "openid email profile" : "openid email"
    client_id                     = var.changed ? "other.apps.googleusercontent.com" : "one.apps.googleusercontent.com"
    client_secret                 = "secret"
    attributes_url                = "https://people.googleapis.com/v1/people/me?personFields="
    attributes_url_add_attributes = "true"
    authorize_url                 = "https://accounts.google.com/o/oauth2/v2/auth"
    oidc_issuer                   = "https://accounts.google.com"
    token_request_method          = "POST"
    token_url                     = "https://www.googleapis.com/oauth2/v4/token"
  }

  attribute_mapping = var.changed ? { email = "email", username = "sub", name = "name" } : { email = "email", username = "sub" }
  idp_identifiers   = var.changed ? ["g"] : ["google", "goog"]
}

resource "aws_cognito_identity_provider" "oidc" {
  user_pool_id  = aws_cognito_user_pool.plain.id
  provider_name = "Works"
  provider_type = "OIDC"

  provider_details = {
    authorize_scopes              = "openid email"
    client_id                     = var.changed ? "two" : "one"
    client_secret                 = var.changed ? "other" : "secret"
    attributes_request_method     = "GET"
    attributes_url                = "https://id.example.com/userinfo"
    attributes_url_add_attributes = "false"
    authorize_url                 = "https://id.example.com/authorize"
    jwks_uri                      = "https://id.example.com/keys"
    oidc_issuer                   = "https://id.example.com"
    token_url                     = "https://id.example.com/token"
  }

  attribute_mapping = { username = "sub" }
}

resource "aws_cognito_user_pool_ui_customization" "all" {
  user_pool_id = aws_cognito_user_pool_domain.prefix.user_pool_id
  css          = var.changed ? ".label-customizable {font-weight: 500;}" : ".label-customizable {font-weight: 400;}"
}

resource "aws_cognito_user_pool_ui_customization" "full" {
  user_pool_id = aws_cognito_user_pool_domain.prefix.user_pool_id
  client_id    = aws_cognito_user_pool_client.full.id
  css          = var.changed ? ".banner-customizable {background: red;}" : ".banner-customizable {background: blue;}"
  image_file   = filebase64("${path.module}/logo.png")
}
