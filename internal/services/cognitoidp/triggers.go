package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
)

// applyTriggers sets the pool's functions. The pre token generation function
// has two names, the newer one with the version of its event.
func (p *poolRecord) applyTriggers(in *cognitoidp.LambdaConfigType) error {
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
		return invalid("KMSKeyID is required for a CustomSMSSender or CustomEmailSender.")
	}
	p.Pool.LambdaConfig = &c
	return nil
}
