data "aws_cognito_user_pool" "full" {
  user_pool_id = aws_cognito_user_pool.full.id
}

data "aws_cognito_user_pools" "plain" {
  name       = "plain"
  depends_on = [aws_cognito_user_pool.plain]
}

data "aws_cognito_user_pool_client" "full" {
  user_pool_id = aws_cognito_user_pool.plain.id
  client_id    = aws_cognito_user_pool_client.full.id
}

data "aws_cognito_user_pool_clients" "plain" {
  user_pool_id = aws_cognito_user_pool.plain.id
  depends_on   = [aws_cognito_user_pool_client.full, aws_cognito_user_pool_client.machine]
}

data "aws_cognito_user_group" "admins" {
  user_pool_id = aws_cognito_user_pool.plain.id
  name         = aws_cognito_user_group.admins.name
}

data "aws_cognito_user_groups" "plain" {
  user_pool_id = aws_cognito_user_pool.plain.id
  depends_on   = [aws_cognito_user_group.admins, aws_cognito_user_group.guests]
}

output "data" {
  value = {
    pool    = [data.aws_cognito_user_pool.full.name, data.aws_cognito_user_pool.full.mfa_configuration, data.aws_cognito_user_pool.full.deletion_protection]
    pools   = length(data.aws_cognito_user_pools.plain.ids)
    client  = [data.aws_cognito_user_pool_client.full.name, data.aws_cognito_user_pool_client.full.default_redirect_uri]
    clients = sort(data.aws_cognito_user_pool_clients.plain.client_names)
    group   = [data.aws_cognito_user_group.admins.description, data.aws_cognito_user_group.admins.precedence]
    groups  = sort([for g in data.aws_cognito_user_groups.plain.groups : g.group_name])
  }
}
