resource "aws_iam_user" "person" {
  name                 = var.changed ? "Person.Renamed" : "person"
  path                 = var.changed ? "/people/moved/" : "/people/"
  force_destroy        = var.changed
  permissions_boundary = var.changed ? aws_iam_policy.read.arn : "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = local.tags
}

resource "aws_iam_user" "machine" {
  name = "machine"
  tags = local.tags
}

resource "aws_iam_user" "guest" {
  name = "guest"
  path = var.changed ? "/guests/" : "/"
}

resource "aws_iam_access_key" "machine" {
  user   = aws_iam_user.machine.name
  status = var.changed ? "Inactive" : "Active"
}

resource "aws_iam_user_login_profile" "machine" {
  user                    = aws_iam_user.machine.name
  password_length         = 24
  password_reset_required = true

  # As the provider's page advises: nobody can read them back.
  lifecycle {
    ignore_changes = [password_length, password_reset_required]
  }
}

resource "aws_iam_user_policy" "machine" {
  name   = "publish"
  user   = aws_iam_user.machine.name
  policy = data.aws_iam_policy_document.publish.json
}

resource "aws_iam_user_policies_exclusive" "machine" {
  user_name    = aws_iam_user.machine.name
  policy_names = [aws_iam_user_policy.machine.name]
}

resource "aws_iam_user_policy_attachment" "machine" {
  user       = aws_iam_user.machine.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_user_policy_attachments_exclusive" "machine" {
  user_name   = aws_iam_user.machine.name
  policy_arns = [aws_iam_user_policy_attachment.machine.policy_arn]
}

resource "aws_iam_group" "readers" {
  name = var.changed ? "Readers" : "readers-of-old"
  path = var.changed ? "/teams/" : "/"
}

resource "aws_iam_group" "writers" {
  name = "writers"
}

resource "aws_iam_group" "members" {
  name = "members"
  path = var.changed ? "/teams/" : "/"
}

resource "aws_iam_group_policy" "writers" {
  name   = "publish"
  group  = aws_iam_group.writers.name
  policy = data.aws_iam_policy_document.publish.json
}

resource "aws_iam_group_policies_exclusive" "writers" {
  group_name   = aws_iam_group.writers.name
  policy_names = [aws_iam_group_policy.writers.name]
}

resource "aws_iam_group_policy_attachment" "writers" {
  group      = aws_iam_group.writers.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_group_policy_attachments_exclusive" "writers" {
  group_name  = aws_iam_group.writers.name
  policy_arns = [aws_iam_group_policy_attachment.writers.policy_arn]
}

resource "aws_iam_group_membership" "members" {
  name  = "members"
  group = aws_iam_group.members.name
  users = var.changed ? [aws_iam_user.machine.name, aws_iam_user.person.name] : [aws_iam_user.machine.name]
}

resource "aws_iam_user_group_membership" "machine" {
  user   = aws_iam_user.machine.name
  groups = var.changed ? [aws_iam_group.writers.name, aws_iam_group.readers.name] : [aws_iam_group.writers.name]
}
