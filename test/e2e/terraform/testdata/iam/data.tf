data "aws_iam_user" "person" {
  user_name = aws_iam_user.person.name
}

data "aws_iam_users" "people" {
  path_prefix = "/people/"
  depends_on  = [aws_iam_user.person]
}

data "aws_iam_group" "members" {
  group_name = aws_iam_group_membership.members.group
}

data "aws_iam_role" "function" {
  name = aws_iam_role.function.name
}

data "aws_iam_roles" "services" {
  path_prefix = "/service/"
  depends_on  = [aws_iam_role.function]
}

data "aws_iam_policy" "read" {
  name       = "read"
  depends_on = [aws_iam_policy.read]
}

data "aws_iam_policy" "aws" {
  arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

data "aws_iam_instance_profile" "machine" {
  name = aws_iam_instance_profile.machine.name
}

data "aws_iam_instance_profiles" "people" {
  role_name = aws_iam_instance_profile.machine.role
}

data "aws_iam_openid_connect_provider" "builds" {
  url = "https://${aws_iam_openid_connect_provider.builds.url}"
}

data "aws_iam_account_alias" "alias" {
  depends_on = [aws_iam_account_alias.alias]
}

data "aws_iam_access_keys" "machine" {
  user = aws_iam_access_key.machine.user
}

data "aws_iam_session_context" "function" {
  arn = "arn:aws:sts::${local.account}:assumed-role/${aws_iam_role.function.name}/session"
}

data "aws_iam_principal_policy_simulation" "machine" {
  policy_source_arn = aws_iam_user.machine.arn
  action_names      = ["sns:Publish", "iam:CreateUser"]
  depends_on        = [aws_iam_user_policy.machine]
}

output "data" {
  value = {
    user         = [data.aws_iam_user.person.path, data.aws_iam_user.person.permissions_boundary]
    users        = data.aws_iam_users.people.names
    members      = [for u in data.aws_iam_group.members.users : u.user_name]
    role         = [data.aws_iam_role.function.path, data.aws_iam_role.function.max_session_duration]
    roles        = data.aws_iam_roles.services.names
    policy       = data.aws_iam_policy.read.arn
    aws          = data.aws_iam_policy.aws.name
    profile      = data.aws_iam_instance_profile.machine.role_name
    profiles     = data.aws_iam_instance_profiles.people.names
    clients      = data.aws_iam_openid_connect_provider.builds.client_id_list
    alias        = data.aws_iam_account_alias.alias.account_alias
    keys         = [for k in data.aws_iam_access_keys.machine.access_keys : k.status]
    session_role = data.aws_iam_session_context.function.issuer_arn
    decisions    = { for r in data.aws_iam_principal_policy_simulation.machine.results : r.action_name => r.allowed }
  }
}
