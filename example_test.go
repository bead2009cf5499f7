package gatehouse_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-dev/gatehouse"
)

func ExampleStart() {
	ctx := context.Background()
	s, err := gatehouse.Start(ctx, gatehouse.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(s.URL()),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*who.Arn)

	_, err = sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{PhoneNumber: aws.String("not a number"), Message: aws.String("Hello")})
	fmt.Println(err != nil)
	// Output:
	// arn:aws:iam::000000000000:root
	// true
}
