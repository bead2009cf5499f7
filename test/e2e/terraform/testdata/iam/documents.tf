data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "machines" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "federated" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.builds.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${aws_iam_openid_connect_provider.builds.url}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "${aws_iam_openid_connect_provider.builds.url}:sub"
      values   = var.changed ? ["repo:gatehouse/*", "repo:other/*"] : ["repo:gatehouse/*"]
    }
  }
}

# A trust of entities that this configuration makes.
data "aws_iam_policy_document" "people" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.person.arn, aws_iam_role.function.arn, "arn:aws:iam::${local.account}:root"]
    }
    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = [var.changed]
    }
  }
}

data "aws_iam_policy_document" "read" {
  source_policy_documents = [data.aws_iam_policy_document.deny.json]
  statement {
    sid       = "Read"
    actions   = var.changed ? ["logs:Get*", "logs:Describe*"] : ["logs:Get*"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:${local.region}:${local.account}:log-group:/app/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/team"
      values   = ["$${aws:PrincipalTag/team}"]
    }
  }
}

data "aws_iam_policy_document" "deny" {
  statement {
    sid         = "Never"
    effect      = "Deny"
    not_actions = ["logs:*", "sns:*"]
    resources   = ["*"]
  }
}

data "aws_iam_policy_document" "publish" {
  statement {
    actions   = var.changed ? ["sns:Publish", "sns:ListTopics"] : ["sns:Publish"]
    resources = ["*"]
  }
}
