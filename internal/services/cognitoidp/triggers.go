package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
)

// applyTriggers sets the pool's functions. The pre token generation function
// has two names, the newer one with the version of its event.
func (p *poolRecord) applyTriggers(region string, in *cognitoidp.LambdaConfigType) error {
	c := cognitoidp.LambdaConfigType{}
	if in != nil {
		c = *in
	}
	switch old, config := c.PreTokenGeneration, c.PreTokenGenerationConfig; {
	case config != nil && old != nil && *old != text(config.LambdaArn):
		return invalid("PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be the same function.")
	case config != nil:
		c.PreTokenGeneration = config.LambdaArn
	case old != nil:
		c.PreTokenGenerationConfig = &cognitoidp.PreTokenGenerationVersionConfigType{
			LambdaVersion: new(cognitoidp.PreTokenGenerationLambdaVersionTypeV10), LambdaArn: old}
	}
	if (c.CustomSMSSender != nil || c.CustomEmailSender != nil) && c.KMSKeyID == nil {
		return invalid("KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.")
	}
	if err := checkFunctions(region, &c); err != nil {
		return err
	}
	p.Pool.LambdaConfig = &c
	return nil
}

// checkFunctions refuses functions of other regions.
func checkFunctions(region string, c *cognitoidp.LambdaConfigType) error {
	names := []*string{c.PreSignUp, c.CustomMessage, c.PostConfirmation, c.PreAuthentication, c.PostAuthentication, c.DefineAuthChallenge,
		c.CreateAuthChallenge, c.VerifyAuthChallengeResponse, c.PreTokenGeneration, c.UserMigration}
	if c.CustomSMSSender != nil {
		names = append(names, c.CustomSMSSender.LambdaArn)
	}
	if c.CustomEmailSender != nil {
		names = append(names, c.CustomEmailSender.LambdaArn)
	}
	if c.InboundFederation != nil {
		names = append(names, c.InboundFederation.LambdaArn)
	}
	for _, name := range names {
		if name == nil {
			continue
		}
		a, err := arn.Parse(*name)
		if err != nil || a.Service != "lambda" {
			return invalid("%s is not the ARN of a Lambda function.", *name)
		}
		if a.Region != region {
			return invalid("Cross-region lambda functions are not supported")
		}
	}
	return nil
}
