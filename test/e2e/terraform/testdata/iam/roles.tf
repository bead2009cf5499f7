resource "aws_iam_role" "function" {
  name                  = "function"
  path                  = "/service/"
  assume_role_policy    = data.aws_iam_policy_document.lambda.json
  description           = var.changed ? null : "Runs a function"
  max_session_duration  = var.changed ? 43200 : 7200
  permissions_boundary  = var.changed ? null : "arn:aws:iam::aws:policy/PowerUserAccess"
  force_detach_policies = var.changed
  tags                  = local.tags
}

resource "aws_iam_role" "machine" {
  name_prefix        = "machine-"
  assume_role_policy = data.aws_iam_policy_document.machines.json
  description        = var.changed ? "Runs a machine" : null
  tags               = var.changed ? { first = "yes" } : {}
}

resource "aws_iam_role" "people" {
  name               = "people"
  assume_role_policy = data.aws_iam_policy_document.people.json
}

resource "aws_iam_role" "builds" {
  name               = "builds"
  assume_role_policy = data.aws_iam_policy_document.federated.json

  # The old way to write both.
  managed_policy_arns = var.changed ? [aws_iam_policy.read.arn] : ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
  inline_policy {
    name   = var.changed ? "publish-anew" : "publish"
    policy = data.aws_iam_policy_document.publish.json
  }
}

resource "aws_iam_role_policy" "function" {
  name   = "publish"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.publish.json
}

resource "aws_iam_role_policies_exclusive" "function" {
  role_name    = aws_iam_role.function.name
  policy_names = [aws_iam_role_policy.function.name]
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachments_exclusive" "function" {
  role_name   = aws_iam_role.function.name
  policy_arns = [aws_iam_role_policy_attachment.function.policy_arn]
}

resource "aws_iam_policy" "read" {
  name        = "read"
  path        = "/app/"
  description = "Reads logs"
  policy      = data.aws_iam_policy_document.read.json
  tags        = local.tags
}

resource "aws_iam_policy" "everywhere" {
  name_prefix = "everywhere-"
  policy      = data.aws_iam_policy_document.publish.json
}

resource "aws_iam_policy_attachment" "everywhere" {
  name       = "everywhere"
  policy_arn = aws_iam_policy.everywhere.arn
  users      = var.changed ? [] : [aws_iam_user.guest.name]
  groups     = [aws_iam_group.members.name]
  roles      = var.changed ? [aws_iam_role.machine.name, aws_iam_role.people.name] : [aws_iam_role.machine.name]
}

resource "aws_iam_instance_profile" "machine" {
  name = "machine"
  path = "/machines/"
  role = var.changed ? aws_iam_role.people.name : aws_iam_role.machine.name
  tags = local.tags
}

resource "aws_iam_service_linked_role" "ecs" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "app"
  description      = var.changed ? "Scales the other way" : "Scales"
  tags             = local.tags
}

resource "aws_iam_openid_connect_provider" "builds" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = var.changed ? ["sts.amazonaws.com", "other"] : ["sts.amazonaws.com"]
  thumbprint_list = var.changed ? ["ffffffffffffffffffffffffffffffffffffffff"] : ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = local.tags
}

resource "aws_iam_account_alias" "alias" {
  account_alias = "gatehouse-test"
}

resource "aws_iam_account_password_policy" "policy" {
  minimum_password_length        = var.changed ? 20 : 12
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = var.changed
  require_uppercase_characters   = !var.changed
  allow_users_to_change_password = var.changed
  max_password_age               = var.changed ? 90 : 0
  password_reuse_prevention      = var.changed ? 5 : 0
  hard_expiry                    = var.changed
}
