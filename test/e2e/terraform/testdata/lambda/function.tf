resource "aws_lambda_function" "full" {
  function_name                  = "full"
  description                    = var.changed ? "Changed" : "A function with everything"
  role                           = var.changed ? aws_iam_role.other.arn : aws_iam_role.function.arn
  runtime                        = "python3.12"
  handler                        = var.changed ? "main.other" : "main.handler"
  architectures                  = ["x86_64"]
  filename                       = var.changed ? "${path.module}/changed.zip" : "${path.module}/function.zip"
  source_code_hash               = filebase64sha256(var.changed ? "${path.module}/changed.zip" : "${path.module}/function.zip")
  memory_size                    = var.changed ? 256 : 192
  timeout                        = var.changed ? 10 : 5
  publish                        = true
  reserved_concurrent_executions = var.changed ? 3 : 5
  layers                         = var.changed ? [aws_lambda_layer_version.two.arn, aws_lambda_layer_version.one.arn] : [aws_lambda_layer_version.one.arn]
  tags                           = local.tags

  dead_letter_config {
    target_arn = var.changed ? "arn:aws:sns:${local.region}:${local.account}:dead" : "arn:aws:sqs:${local.region}:${local.account}:dead"
  }

  environment {
    variables = var.changed ? { COLOUR = "blue", EMPTY = "" } : { COLOUR = "green", OLD = "yes" }
  }

  ephemeral_storage {
    size = var.changed ? 1024 : 600
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.changed ? "DEBUG" : "WARN"
    system_log_level      = var.changed ? "INFO" : "WARN"
    log_group             = aws_cloudwatch_log_group.functions.name
  }

  tracing_config {
    mode = var.changed ? "PassThrough" : "Active"
  }

  depends_on = [aws_iam_role_policy.function, aws_iam_role_policy.other]
}

resource "aws_lambda_function" "failed" {
  function_name = "failed"
  description   = var.changed ? "Changed" : null
  role          = aws_iam_role.function.arn
  runtime       = "python3.12"
  handler       = "main.handler"
  filename      = "${path.module}/function.zip"
}

# As little as there can be, and then what is added, and back.
resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = aws_iam_role.function.arn
  runtime       = var.changed ? "python3.13" : "python3.12"
  handler       = "main.handler"
  filename      = "${path.module}/function.zip"
  tags          = var.changed ? { first = "yes" } : {}

  dynamic "environment" {
    for_each = var.changed ? [] : [true]
    content {
      variables = { ONCE = "yes" }
    }
  }

  dynamic "dead_letter_config" {
    for_each = var.changed ? [] : ["arn:aws:sns:${local.region}:${local.account}:dead"]
    content {
      target_arn = dead_letter_config.value
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_layer_version" "one" {
  layer_name               = "one"
  description              = "A layer"
  filename                 = "${path.module}/layer.zip"
  source_code_hash         = filebase64sha256("${path.module}/layer.zip")
  compatible_runtimes      = ["python3.12", "python3.13"]
  compatible_architectures = ["x86_64", "arm64"]
  license_info             = "Apache-2.0"

  # Where a layer came from is not told, and a layer is never changed.
  lifecycle {
    ignore_changes = [filename, source_code_hash]
  }
}

resource "aws_lambda_layer_version" "two" {
  layer_name = "two"
  filename   = "${path.module}/layer.zip"

  lifecycle {
    ignore_changes = [filename, source_code_hash]
  }
}

resource "aws_lambda_layer_version_permission" "one" {
  layer_name     = aws_lambda_layer_version.one.layer_arn
  version_number = aws_lambda_layer_version.one.version
  statement_id   = "everybody"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = var.changed ? "Changed" : "What is called"
  function_name    = aws_lambda_function.full.function_name
  function_version = "1"

  dynamic "routing_config" {
    for_each = var.changed ? [0.25] : []
    content {
      additional_version_weights = { "2" = routing_config.value }
    }
  }
}

resource "aws_lambda_permission" "gateway" {
  statement_id   = "gateway"
  function_name  = aws_lambda_function.full.function_name
  action         = "lambda:InvokeFunction"
  principal      = "apigateway.amazonaws.com"
  source_arn     = "arn:aws:execute-api:${local.region}:${local.account}:abcdefghij/*/GET/"
  source_account = local.account
}

resource "aws_lambda_permission" "alias" {
  statement_id_prefix = "alias-"
  function_name       = aws_lambda_function.full.function_name
  qualifier           = aws_lambda_alias.live.name
  action              = "lambda:InvokeFunction"
  principal           = "arn:aws:iam::${local.account}:root" # Lambda makes it of an account
}

resource "aws_lambda_permission" "pool" {
  statement_id     = "organisation"
  function_name    = aws_lambda_function.plain.function_name
  action           = "lambda:InvokeFunction"
  principal        = "*"
  principal_org_id = "o-abcdefghij"
}

resource "aws_lambda_function_event_invoke_config" "full" {
  function_name                = aws_lambda_function.full.function_name
  maximum_event_age_in_seconds = var.changed ? 120 : 60
  maximum_retry_attempts       = var.changed ? 1 : 0

  destination_config {
    on_failure {
      destination = var.changed ? aws_lambda_function.plain.arn : aws_lambda_function.failed.arn
    }
    dynamic "on_success" {
      for_each = var.changed ? [aws_lambda_function.plain.arn] : []
      content {
        destination = on_success.value
      }
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name          = aws_lambda_function.full.function_name
  qualifier              = aws_lambda_alias.live.name
  maximum_retry_attempts = var.changed ? 2 : 1
}

resource "aws_lambda_runtime_management_config" "plain" {
  function_name     = aws_lambda_function.plain.function_name
  qualifier         = "$LATEST"
  update_runtime_on = var.changed ? "FunctionUpdate" : "Auto"
}

resource "aws_lambda_function_recursion_config" "plain" {
  function_name  = aws_lambda_function.plain.function_name
  recursive_loop = var.changed ? "Terminate" : "Allow"
}

resource "aws_lambda_invocation" "plain" {
  function_name   = aws_lambda_function.plain.function_name
  lifecycle_scope = "CRUD"
  input           = jsonencode({ name = var.changed ? "other" : "gate" })
  depends_on      = [aws_lambda_runtime_management_config.plain]
}

resource "aws_cloudwatch_log_group" "functions" {
  name = "/functions"
  tags = local.tags
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "function" {
  name               = "function"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role" "other" {
  name               = "function-other"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.name
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_iam_role_policy" "other" {
  name   = "function"
  role   = aws_iam_role.other.name
  policy = data.aws_iam_policy_document.function.json
}

data "aws_lambda_function" "full" {
  function_name = aws_lambda_function.full.function_name
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.full, aws_lambda_function.plain]
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_function.full.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_lambda_layer_version" "one" {
  layer_name = aws_lambda_layer_version.one.layer_name
}

data "aws_lambda_invocation" "plain" {
  function_name = aws_lambda_function.plain.function_name
  input         = jsonencode({ name = "data" })
}

output "data" {
  value = {
    function  = [data.aws_lambda_function.full.memory_size, data.aws_lambda_function.full.version, data.aws_lambda_function.full.reserved_concurrent_executions]
    functions = sort(data.aws_lambda_functions.all.function_names)
    alias     = data.aws_lambda_alias.live.function_version
    layer     = [data.aws_lambda_layer_version.one.version, sort(data.aws_lambda_layer_version.one.compatible_runtimes)]
    invoked   = [jsondecode(aws_lambda_invocation.plain.result), jsondecode(data.aws_lambda_invocation.plain.result)]
  }
}
