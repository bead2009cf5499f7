resource "aws_api_gateway_deployment" "full" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  description = var.changed ? "Changed" : "The first"

  depends_on = [
    aws_api_gateway_integration.put, aws_api_gateway_integration.get, aws_api_gateway_integration.options, aws_api_gateway_integration.any,
  ]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_deployment" "next" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  description = var.changed ? null : "The second"
  depends_on  = [aws_api_gateway_deployment.full]
}

resource "aws_api_gateway_deployment" "imported" {
  rest_api_id = aws_api_gateway_rest_api.imported.id
  triggers    = { body = sha1(aws_api_gateway_rest_api.imported.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "full" {
  rest_api_id           = aws_api_gateway_rest_api.full.id
  stage_name            = "full"
  deployment_id         = var.changed ? aws_api_gateway_deployment.next.id : aws_api_gateway_deployment.full.id
  description           = var.changed ? "Changed" : "With everything"
  cache_cluster_enabled = true
  cache_cluster_size    = var.changed ? "1.6" : "0.5"
  client_certificate_id = var.changed ? null : aws_api_gateway_client_certificate.certificate.id
  xray_tracing_enabled  = !var.changed
  variables             = var.changed ? { colour = "blue", empty = "" } : { colour = "green", old = "yes" }
  tags                  = local.tags

  access_log_settings {
    destination_arn = var.changed ? aws_cloudwatch_log_group.other.arn : aws_cloudwatch_log_group.access.arn
    format          = var.changed ? "$context.requestId" : jsonencode({ id = "$context.requestId", status = "$context.status" })
  }

  canary_settings {
    deployment_id            = aws_api_gateway_deployment.next.id
    percent_traffic          = var.changed ? 25.5 : 10
    stage_variable_overrides = var.changed ? { colour = "red" } : { colour = "yellow", old = "no" }
    use_stage_cache          = var.changed
  }

  depends_on = [aws_api_gateway_account.account]
}

resource "aws_api_gateway_stage" "plain" {
  rest_api_id   = aws_api_gateway_rest_api.imported.id
  stage_name    = "plain"
  deployment_id = aws_api_gateway_deployment.imported.id
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  stage_name  = aws_api_gateway_stage.full.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled                            = !var.changed
    logging_level                              = var.changed ? "ERROR" : "INFO"
    data_trace_enabled                         = var.changed
    throttling_burst_limit                     = var.changed ? 20 : 10
    throttling_rate_limit                      = var.changed ? 200.5 : 100
    caching_enabled                            = !var.changed
    cache_ttl_in_seconds                       = var.changed ? 60 : 120
    cache_data_encrypted                       = var.changed
    require_authorization_for_cache_control    = !var.changed
    unauthorized_cache_control_header_strategy = var.changed ? "FAIL_WITH_403" : "SUCCEED_WITHOUT_RESPONSE_HEADER"
  }
}

resource "aws_api_gateway_method_settings" "one" {
  rest_api_id = aws_api_gateway_rest_api.imported.id
  stage_name  = aws_api_gateway_stage.plain.stage_name
  method_path = "pets/{id}/GET"

  settings {
    throttling_rate_limit  = var.changed ? 5 : 1
    throttling_burst_limit = var.changed ? 6 : 2
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name = "/gateway/access"
  tags = local.tags
}

resource "aws_cloudwatch_log_group" "other" {
  name = "/gateway/other"
  tags = local.tags
}

resource "aws_api_gateway_client_certificate" "certificate" {
  description = var.changed ? "Changed" : "Shown to backends"
  tags        = local.tags
}

resource "aws_api_gateway_api_key" "full" {
  name        = var.changed ? "full-renamed" : "full"
  description = var.changed ? "Changed" : "A key"
  enabled     = !var.changed
  customer_id = var.changed ? "other" : "customer"
  value       = "abcdefghijklmnopqrstuvwxyz0123"
  tags        = local.tags
}

resource "aws_api_gateway_api_key" "plain" {
  name = var.changed ? "plain-renamed" : "plain"
}

resource "aws_api_gateway_usage_plan" "full" {
  name         = var.changed ? "full-renamed" : "full"
  description  = var.changed ? "Changed" : "A plan"
  product_code = var.changed ? "OTHER" : "CODE"
  tags         = local.tags

  api_stages {
    api_id = aws_api_gateway_rest_api.full.id
    stage  = aws_api_gateway_stage.full.stage_name
    throttle {
      path        = "/{proxy+}/ANY"
      burst_limit = var.changed ? 4 : 2
      rate_limit  = var.changed ? 5.5 : 1
    }
  }

  dynamic "api_stages" {
    for_each = var.changed ? [aws_api_gateway_stage.plain] : []
    content {
      api_id = api_stages.value.rest_api_id
      stage  = api_stages.value.stage_name
    }
  }

  quota_settings {
    limit  = var.changed ? 200 : 100
    offset = var.changed ? 2 : 0
    period = var.changed ? "WEEK" : "DAY"
  }

  throttle_settings {
    burst_limit = var.changed ? 10 : 5
    rate_limit  = var.changed ? 20.5 : 10
  }
}

resource "aws_api_gateway_usage_plan" "plain" {
  name        = "plain"
  description = var.changed ? "Now with words" : null

  dynamic "quota_settings" {
    for_each = var.changed ? [] : [5]
    content {
      limit  = quota_settings.value
      period = "MONTH"
    }
  }

  dynamic "throttle_settings" {
    for_each = var.changed ? [] : [5]
    content {
      burst_limit = throttle_settings.value
      rate_limit  = throttle_settings.value
    }
  }
}

resource "aws_api_gateway_usage_plan_key" "full" {
  usage_plan_id = aws_api_gateway_usage_plan.full.id
  key_id        = aws_api_gateway_api_key.full.id
  key_type      = "API_KEY"
}

data "aws_api_gateway_rest_api" "full" {
  name       = aws_api_gateway_rest_api.full.name
  depends_on = [aws_api_gateway_rest_api.full]
}

data "aws_api_gateway_resource" "rest" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  path        = aws_api_gateway_resource.rest.path
}

data "aws_api_gateway_authorizer" "token" {
  rest_api_id   = aws_api_gateway_rest_api.full.id
  authorizer_id = aws_api_gateway_authorizer.token.id
}

data "aws_api_gateway_authorizers" "full" {
  rest_api_id = aws_api_gateway_rest_api.full.id
  depends_on  = [aws_api_gateway_authorizer.token, aws_api_gateway_authorizer.request, aws_api_gateway_authorizer.pool]
}

data "aws_api_gateway_api_key" "full" {
  id = aws_api_gateway_api_key.full.id
}

data "aws_api_gateway_api_keys" "all" {
  include_values = true
  depends_on     = [aws_api_gateway_api_key.full, aws_api_gateway_api_key.plain]
}

data "aws_api_gateway_export" "imported" {
  rest_api_id = aws_api_gateway_stage.plain.rest_api_id
  stage_name  = aws_api_gateway_stage.plain.stage_name
  export_type = "oas30"
}

output "data" {
  value = {
    api         = [data.aws_api_gateway_rest_api.full.description, data.aws_api_gateway_rest_api.full.root_resource_id == aws_api_gateway_rest_api.full.root_resource_id]
    resource    = [data.aws_api_gateway_resource.rest.path_part, data.aws_api_gateway_resource.rest.id == aws_api_gateway_resource.rest.id]
    authorizer  = [data.aws_api_gateway_authorizer.token.type, data.aws_api_gateway_authorizer.token.identity_source]
    authorizers = length(data.aws_api_gateway_authorizers.full.ids)
    key         = data.aws_api_gateway_api_key.full.description
    keys        = sort([for k in data.aws_api_gateway_api_keys.all.items : k.name])
    export      = keys(jsondecode(data.aws_api_gateway_export.imported.body).paths)
  }
}
