package lambda

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
)

const timeLayout = "2006-01-02T15:04:05.000-0700"

func stamp(t time.Time) *string { return new(t.UTC().Format(timeLayout)) }

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// value is what a pointer points to, or the zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// sha is a package's hash as the API gives it.
func sha(hash string) *string {
	b, _ := hex.DecodeString(hash)
	return new(base64.StdEncoding.EncodeToString(b))
}

// configuration describes a version. arn is how it was asked for.
func (v *version) configuration(n name, arn string) *api.FunctionConfiguration {
	out := &api.FunctionConfiguration{
		FunctionName: &n.function, FunctionArn: &arn, Version: &v.Number, RevisionId: &v.Revision, LastModified: stamp(v.Modified),
		CodeSha256: sha(v.Hash), CodeSize: &v.Size, PackageType: new("Zip"),
		Runtime: &v.Runtime, Role: &v.Role, Handler: &v.Handler, Description: &v.Description, Timeout: &v.Timeout, MemorySize: &v.MemoryMB,
		EphemeralStorage: &api.EphemeralStorage{Size: &v.TmpMB}, TracingConfig: &api.TracingConfigResponse{Mode: &v.Tracing},
		Architectures: v.Architectures, SnapStart: &api.SnapStartResponse{ApplyOn: &v.SnapStart, OptimizationStatus: new("Off")},
		LoggingConfig: &v.Logging, KMSKeyArn: optional(v.KMSKey), FileSystemConfigs: v.FileSystems,
		RuntimeVersionConfig: &api.RuntimeVersionConfig{RuntimeVersionArn: new(runtimeARN(n.region, v.Runtime))},
		State:                new("Active"), LastUpdateStatus: new("Successful"),
	}
	if len(v.Environment) > 0 {
		out.Environment = &api.EnvironmentResponse{Variables: v.Environment}
	}
	if v.DeadLetter != "" {
		out.DeadLetterConfig = &api.DeadLetterConfig{TargetArn: &v.DeadLetter}
	}
	if v.VPC != nil {
		out.VpcConfig = &api.VpcConfigResponse{SubnetIds: v.VPC.SubnetIds, SecurityGroupIds: v.VPC.SecurityGroupIds,
			VpcId: new(""), Ipv6AllowedForDualStack: new(value(v.VPC.Ipv6AllowedForDualStack))}
	}
	if v.Image != nil {
		out.ImageConfigResponse = &api.ImageConfigResponse{ImageConfig: v.Image}
	}
	for _, l := range v.Layers {
		out.Layers = append(out.Layers, api.Layer{Arn: &l.ARN, CodeSize: &l.Size})
	}
	return out
}

// runtimeARN names the runtime's version: this machine's interpreter, whatever
// its patch level.
func runtimeARN(region, runtime string) string {
	sum := sha256.Sum256([]byte("gatehouse runtime " + runtime))
	return "arn:aws:lambda:" + region + "::runtime:" + hex.EncodeToString(sum[:])
}

// creating is a configuration as CreateFunction answers it; the function is
// ready by the next call.
func creating(c *api.FunctionConfiguration) *api.FunctionConfiguration {
	c.State, c.StateReason, c.StateReasonCode = new("Pending"), new("The function is being created."), new("Creating")
	c.LastUpdateStatus = nil
	return c
}

// updating is a configuration as the updates answer it.
func updating(c *api.FunctionConfiguration) *api.FunctionConfiguration {
	c.LastUpdateStatus, c.LastUpdateStatusReason, c.LastUpdateStatusReasonCode = new("InProgress"), new("The function is being created."), new("Creating")
	return c
}
