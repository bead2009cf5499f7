# A pool with every setting. Functions, topics and identities are named only:
# Cognito does not look at them before it uses them.
resource "aws_cognito_user_pool" "full" {
  name                       = "full"
  alias_attributes           = ["email", "preferred_username"]
  auto_verified_attributes   = var.changed ? ["email", "phone_number"] : ["email"]
  deletion_protection        = var.changed ? "INACTIVE" : "ACTIVE"
  mfa_configuration          = var.changed ? "ON" : "OPTIONAL"
  sms_authentication_message = var.changed ? "Code: {####}" : "Your code is {####}"
  user_pool_tier             = var.changed ? "PLUS" : "ESSENTIALS"
  tags                       = local.tags

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = var.changed ? 2 : 1
    }
    recovery_mechanism {
      name     = "verified_phone_number"
      priority = var.changed ? 1 : 2
    }
  }

  admin_create_user_config {
    allow_admin_create_user_only = var.changed
    invite_message_template {
      email_subject = var.changed ? "Welcome" : "Invitation"
      email_message = "User {username}, password {####}"
      sms_message   = var.changed ? "{username}: {####}" : "User {username}, password {####}"
    }
  }

  device_configuration {
    challenge_required_on_new_device      = var.changed
    device_only_remembered_on_user_prompt = !var.changed
  }

  email_configuration {
    email_sending_account  = var.changed ? "DEVELOPER" : "COGNITO_DEFAULT"
    from_email_address     = var.changed ? "Gate <gate@example.com>" : null
    reply_to_email_address = var.changed ? "reply@example.com" : "answers@example.com"
    source_arn             = var.changed ? "arn:aws:ses:${local.region}:${local.account}:identity/gate@example.com" : null
    configuration_set      = var.changed ? "letters" : null
  }

  lambda_config {
    create_auth_challenge          = local.functions.challenge
    custom_message                 = var.changed ? local.functions.other : local.functions.challenge
    define_auth_challenge          = local.functions.challenge
    post_authentication            = local.functions.challenge
    post_confirmation              = local.functions.challenge
    pre_authentication             = local.functions.challenge
    pre_sign_up                    = local.functions.challenge
    user_migration                 = local.functions.challenge
    verify_auth_challenge_response = local.functions.challenge
    kms_key_id                     = "arn:aws:kms:${local.region}:${local.account}:key/12345678-1234-1234-1234-123456789012"

    pre_token_generation_config {
      lambda_arn     = local.functions.challenge
      lambda_version = var.changed ? "V2_0" : "V1_0"
    }
    custom_email_sender {
      lambda_arn     = var.changed ? local.functions.other : local.functions.challenge
      lambda_version = "V1_0"
    }
    custom_sms_sender {
      lambda_arn     = local.functions.challenge
      lambda_version = "V1_0"
    }
  }

  password_policy {
    minimum_length                   = var.changed ? 14 : 10
    password_history_size            = var.changed ? 5 : 3
    require_lowercase                = true
    require_numbers                  = var.changed
    require_symbols                  = !var.changed
    require_uppercase                = true
    temporary_password_validity_days = var.changed ? 3 : 14
  }

  schema {
    name                = "email"
    attribute_data_type = "String"
    required            = true
    mutable             = true
    string_attribute_constraints {
      min_length = "5"
      max_length = "100"
    }
  }

  schema {
    name                     = "level"
    attribute_data_type      = "Number"
    mutable                  = true
    developer_only_attribute = false
    number_attribute_constraints {
      min_value = "1"
      max_value = "10"
    }
  }

  schema {
    name                = "since"
    attribute_data_type = "DateTime"
    mutable             = false
  }

  dynamic "schema" {
    for_each = var.changed ? ["added"] : []
    content {
      name                = schema.value
      attribute_data_type = "String"
      mutable             = true
      string_attribute_constraints {
        min_length = "0"
        max_length = "50"
      }
    }
  }

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD"]
  }

  sms_configuration {
    external_id    = var.changed ? "other" : "gatehouse"
    sns_caller_arn = aws_iam_role.sms.arn
    sns_region     = local.region
  }

  software_token_mfa_configuration {
    enabled = true
  }

  user_attribute_update_settings {
    attributes_require_verification_before_update = var.changed ? ["email", "phone_number"] : ["email"]
  }

  user_pool_add_ons {
    advanced_security_mode = var.changed ? "ENFORCED" : "OFF"
    dynamic "advanced_security_additional_flows" {
      for_each = var.changed ? ["AUDIT"] : []
      content {
        custom_auth_mode = advanced_security_additional_flows.value
      }
    }
  }

  username_configuration {
    case_sensitive = true
  }

  verification_message_template {
    default_email_option  = var.changed ? "CONFIRM_WITH_LINK" : "CONFIRM_WITH_CODE"
    email_message         = var.changed ? "Code {####}" : "Your code is {####}"
    email_message_by_link = var.changed ? "Click {##here##}" : "Please click {##this##}"
    email_subject         = var.changed ? "Code" : "Your code"
    email_subject_by_link = var.changed ? "Link" : "Your link"
    sms_message           = var.changed ? "Code {####}" : "Your code is {####}"
  }
}

# The messages in their older place, and sign-in by address.
resource "aws_cognito_user_pool" "older" {
  name                       = "older"
  username_attributes        = ["email"]
  auto_verified_attributes   = ["email"]
  email_verification_message = var.changed ? "Code {####}" : "Your code is {####}"
  email_verification_subject = var.changed ? "Code" : "Your code"
  sms_verification_message   = var.changed ? "Code {####}" : "Your code is {####}"
  mfa_configuration          = var.changed ? "OFF" : "OPTIONAL"

  dynamic "software_token_mfa_configuration" {
    for_each = var.changed ? [] : [true]
    content {
      enabled = true
    }
  }

  username_configuration {
    case_sensitive = false
  }

  lambda_config {
    pre_token_generation = var.changed ? local.functions.other : local.functions.challenge
  }
}

# Factors beyond passwords.
resource "aws_cognito_user_pool" "factors" {
  name              = "factors"
  user_pool_tier    = "ESSENTIALS"
  mfa_configuration = "OFF"

  sign_in_policy {
    allowed_first_auth_factors = var.changed ? ["PASSWORD", "WEB_AUTHN"] : ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]
  }

  web_authn_configuration {
    relying_party_id  = var.changed ? "other.example.com" : "login.example.com"
    user_verification = var.changed ? "required" : "preferred"
  }
}

# Codes by mail as a second factor.
resource "aws_cognito_user_pool" "mail" {
  name              = "mail"
  mfa_configuration = "OPTIONAL"

  account_recovery_setting {
    recovery_mechanism {
      name     = "admin_only"
      priority = 1
    }
  }

  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:${local.region}:${local.account}:identity/gate@example.com"
  }

  email_mfa_configuration {
    message = var.changed ? "Code {####}" : "Your code is {####}"
    subject = var.changed ? "Code" : "Your code"
  }
}

# Nothing but a name, and then a little.
resource "aws_cognito_user_pool" "plain" {
  name = "plain"
  tags = var.changed ? { first = "yes" } : {}
}

locals {
  functions = {
    challenge = "arn:aws:lambda:${local.region}:${local.account}:function:challenge"
    other     = "arn:aws:lambda:${local.region}:${local.account}:function:other"
  }
}

resource "aws_iam_role" "sms" {
  name = "cognito-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = var.changed ? "other" : "gatehouse" } }
    }]
  })
}
