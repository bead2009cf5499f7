# The services that have few resources: logs, SNS, CloudFormation.
resource "aws_cloudwatch_log_group" "full" {
  name              = "/app/full"
  retention_in_days = var.changed ? 30 : 7
  skip_destroy      = false
  log_group_class   = "STANDARD"
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "kept" {
  name_prefix       = "/app/kept-"
  retention_in_days = var.changed ? 0 : 3653
}

resource "aws_cloudwatch_log_group" "rare" {
  name            = "/app/rare"
  log_group_class = "INFREQUENT_ACCESS"
  tags            = var.changed ? { first = "yes" } : {}
}

resource "aws_cloudwatch_log_stream" "first" {
  name           = "first/stream"
  log_group_name = aws_cloudwatch_log_group.full.name
}

data "aws_cloudwatch_log_group" "full" {
  name = aws_cloudwatch_log_group.full.name
}

data "aws_cloudwatch_log_groups" "app" {
  log_group_name_prefix = "/app/"
  depends_on            = [aws_cloudwatch_log_group.full, aws_cloudwatch_log_group.kept, aws_cloudwatch_log_group.rare]
}

resource "aws_sns_sms_preferences" "sms" {
  monthly_spend_limit                   = var.changed ? 5 : 1
  default_sms_type                      = var.changed ? "Promotional" : "Transactional"
  default_sender_id                     = var.changed ? "Other" : "Gatehouse"
  delivery_status_iam_role_arn          = aws_iam_role.sms.arn
  delivery_status_success_sampling_rate = var.changed ? "10" : "100"
  usage_report_s3_bucket                = var.changed ? "other-reports" : "reports"
}

resource "aws_iam_role" "sms" {
  name = "sms-status"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["sns.amazonaws.com", "cloudformation.amazonaws.com"] }
    }]
  })
  description = var.changed ? "Writes how messages fared" : "Writes"
}

resource "aws_iam_role_policy" "sms" {
  role = aws_iam_role.sms.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.changed ? ["logs:*", "iam:*", "cognito-idp:*"] : ["logs:*"]
      Resource = "*"
    }]
  })
}

resource "aws_cloudformation_stack" "full" {
  name               = "full"
  capabilities       = ["CAPABILITY_NAMED_IAM"]
  on_failure         = "DELETE"
  timeout_in_minutes = 5
  tags               = var.changed ? { team = "blue" } : local.tags # no empty values
  parameters = {
    Days = var.changed ? "14" : "7"
    Name = "/stack/full"
  }
  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = var.changed ? "Two groups" : "A group"
    Parameters = {
      Days = { Type = "Number", Default = 1 }
      Name = { Type = "String" }
      Kept = { Type = "String", Default = "default" }
    }
    Resources = merge({
      Group = {
        Type       = "AWS::Logs::LogGroup"
        Properties = { LogGroupName = { Ref = "Name" }, RetentionInDays = { Ref = "Days" } }
      }
      }, var.changed ? {
      Second = { Type = "AWS::Logs::LogGroup" }
    } : {})
    Outputs = {
      Group = { Value = { Ref = "Group" } }
      Arn   = { Value = { "Fn::GetAtt" = ["Group", "Arn"] }, Export = { Name = "full-group-arn" } }
      Kept  = { Value = { Ref = "Kept" }, Description = "A default" }
    }
  })

  # CloudFormation does not tell what to do had it failed.
  lifecycle {
    ignore_changes = [on_failure]
  }
}

resource "aws_cloudformation_stack" "role" {
  name          = "with-role"
  iam_role_arn  = aws_iam_role.sms.arn
  template_body = <<-YAML
    Resources:
      Group:
        Type: AWS::Logs::LogGroup
        Properties:
          LogGroupName: !Sub "/stack/$${AWS::StackName}"
          RetentionInDays: ${var.changed ? 3 : 1}
    YAML
  depends_on    = [aws_iam_role_policy.sms]
}

data "aws_cloudformation_stack" "full" {
  name       = aws_cloudformation_stack.full.name
  depends_on = [aws_cloudformation_stack.full]
}

data "aws_cloudformation_export" "arn" {
  name       = "full-group-arn"
  depends_on = [aws_cloudformation_stack.full]
}

output "data" {
  value = {
    retention = data.aws_cloudwatch_log_group.full.retention_in_days
    groups    = length(data.aws_cloudwatch_log_groups.app.log_group_names)
    stack     = [data.aws_cloudformation_stack.full.description, data.aws_cloudformation_stack.full.outputs.Kept, data.aws_cloudformation_stack.full.parameters.Days]
    outputs   = aws_cloudformation_stack.full.outputs
    export    = data.aws_cloudformation_export.arn.value
  }
}
