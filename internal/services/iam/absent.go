package iam

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/iam"
)

// Gatehouse has no MFA devices, SSH keys, certificates, service-specific
// credentials or SAML providers: the operations that would make them are not
// written. That there are none is true and told, because clients look before
// they delete a user.

// requireUser refuses a name that is no user's.
func (s *Service) requireUser(ctx context.Context, given *string) error {
	name, err := userName(ctx, given)
	if err == nil {
		_, err = find[userRecord](ctx, s, kindUser, name)
	}
	return err
}

// ListMFADevices lists no devices of a user.
func (s *Service) ListMFADevices(ctx context.Context, in *api.ListMFADevicesRequest) (*api.ListMFADevicesResponse, error) {
	return &api.ListMFADevicesResponse{MFADevices: []api.MFADevice{}, IsTruncated: new(false)}, s.requireUser(ctx, in.UserName)
}

// ListVirtualMFADevices lists no devices of the account.
func (s *Service) ListVirtualMFADevices(context.Context, *api.ListVirtualMFADevicesRequest) (*api.ListVirtualMFADevicesResponse, error) {
	return &api.ListVirtualMFADevicesResponse{VirtualMFADevices: []api.VirtualMFADevice{}, IsTruncated: new(false)}, nil
}

// ListSSHPublicKeys lists no keys of a user.
func (s *Service) ListSSHPublicKeys(ctx context.Context, in *api.ListSSHPublicKeysRequest) (*api.ListSSHPublicKeysResponse, error) {
	return &api.ListSSHPublicKeysResponse{SSHPublicKeys: []api.SSHPublicKeyMetadata{}, IsTruncated: new(false)}, s.requireUser(ctx, in.UserName)
}

// ListSigningCertificates lists no certificates of a user.
func (s *Service) ListSigningCertificates(ctx context.Context, in *api.ListSigningCertificatesRequest) (*api.ListSigningCertificatesResponse, error) {
	return &api.ListSigningCertificatesResponse{Certificates: []api.SigningCertificate{}, IsTruncated: new(false)}, s.requireUser(ctx, in.UserName)
}

// ListServiceSpecificCredentials lists no credentials of a user.
func (s *Service) ListServiceSpecificCredentials(ctx context.Context, in *api.ListServiceSpecificCredentialsRequest) (*api.ListServiceSpecificCredentialsResponse, error) {
	return &api.ListServiceSpecificCredentialsResponse{ServiceSpecificCredentials: []api.ServiceSpecificCredentialMetadata{}, IsTruncated: new(false)}, s.requireUser(ctx, in.UserName)
}

// ListServerCertificates lists no certificates of the account.
func (s *Service) ListServerCertificates(context.Context, *api.ListServerCertificatesRequest) (*api.ListServerCertificatesResponse, error) {
	return &api.ListServerCertificatesResponse{ServerCertificateMetadataList: []api.ServerCertificateMetadata{}, IsTruncated: new(false)}, nil
}

// ListSAMLProviders lists no providers.
func (s *Service) ListSAMLProviders(context.Context, *api.ListSAMLProvidersRequest) (*api.ListSAMLProvidersResponse, error) {
	return &api.ListSAMLProvidersResponse{SAMLProviderList: []api.SAMLProviderListEntry{}}, nil
}
