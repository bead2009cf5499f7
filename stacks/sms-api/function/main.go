// Command function is the Lambda function of the sms-api stack: it takes
// POST /sms with {"phone": "+12065550100", "message": "Hello"} from API Gateway
// and sends the message by SNS.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	lambda.Start((&handler{sns.NewFromConfig(cfg)}).handle)
}
