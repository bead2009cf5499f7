package main

// target is one package to generate.
type target struct {
	model string   // file name without .json.gz
	dir   string   // package under internal/api
	only  []string // operations; nil means all
	// elementsNotNull: the service's sentences about elements end with "Member
	// must not be null". Lambda's do; API Gateway, ACM, IAM, DynamoDB don't.
	elementsNotNull bool
	// test packages lie under internal/wire/conformance, no service uses them.
	test bool
}

// path is the package's folder in the repository.
func (t target) path() string {
	if t.test {
		return "internal/wire/conformance/" + t.dir
	}
	return "internal/api/" + t.dir
}

// targets is the list of services. A new service is one line here, one folder
// under internal/services and one line in internal/server.
func targets() []target {
	return []target{
		{model: "apigateway", dir: "apigateway"},
		{model: "cloudformation", dir: "cloudformation"},
		{model: "cognito-idp", dir: "cognitoidp"},
		{model: "iam", dir: "iam"},
		{model: "lambda", dir: "lambda", elementsNotNull: true},
		{model: "logs", dir: "logs"},
		{model: "sns", dir: "sns"},
		{model: "ssm", dir: "ssm"},
		{model: "sts", dir: "sts"},
		{model: "ec2", dir: "ec2", test: true, only: []string{
			"AssignIpv6Addresses", "AuthorizeSecurityGroupIngress", "CreateTags", "DescribeVpcs", "ImportKeyPair", "ModifyVpcAttribute", "RunInstances",
		}},
		{model: "route53", dir: "route53", test: true, only: []string{
			"ChangeResourceRecordSets", "ChangeTagsForResource", "CreateHealthCheck", "CreateHostedZone", "ListResourceRecordSets",
		}},
		{model: "s3", dir: "s3", test: true, only: []string{
			"AbortMultipartUpload", "CompleteMultipartUpload", "CreateBucket", "DeleteObject", "DeleteObjects", "GetBucketAcl", "GetObject", "GetObjectTagging", "HeadObject",
			"ListObjectsV2", "ListParts", "PutBucketAcl", "PutBucketLifecycleConfiguration", "PutObject", "PutObjectTagging", "UploadPart",
		}},
	}
}
