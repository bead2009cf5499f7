package main

// target is one package to generate.
type target struct {
	model string   // file name without .json.gz
	dir   string   // package under internal/api
	only  []string // operations; nil means all
}

// targets is the list of services. A new service is one line here, one folder
// under internal/services and one line in internal/server.
func targets() []target {
	return []target{
		{model: "apigateway", dir: "apigateway"},
		{model: "cloudformation", dir: "cloudformation"},
		{model: "cognito-idp", dir: "cognitoidp"},
		{model: "iam", dir: "iam"},
		{model: "lambda", dir: "lambda"},
		{model: "logs", dir: "logs"},
		{model: "sns", dir: "sns"},
		{model: "ssm", dir: "ssm"},
		{model: "sts", dir: "sts"},
	}
}
