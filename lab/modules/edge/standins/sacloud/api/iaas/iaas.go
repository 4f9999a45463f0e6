// Package iaas stands in for Sakura's SDK, which the Go module proxy does not serve. lego's provider for Sakura's
// DNS compiles with it; it finds no zone and changes none.
package iaas

import (
	"context"
	"errors"

	"github.com/sacloud/sacloud-sdk-go/api/iaas/helper/api"
	"github.com/sacloud/sacloud-sdk-go/api/iaas/search"
)

const DefaultUserAgent = ""

var (
	APIDefaultZone     string
	SakuraCloudAPIRoot string
	SakuraCloudZones   []string
)

var errAbsent = errors.New("Sakura's SDK is not in this build")

type APICaller interface{}

type DNSRecord struct {
	Name, Type, RData string
	TTL               int
}

type DNSRecords []*DNSRecord

type DNS struct {
	ID, Name, SettingsHash string
	Records                DNSRecords
}

type DNSUpdateSettingsRequest struct {
	Records      DNSRecords
	SettingsHash string
}

type FindCondition struct{ Filter search.Filter }

type DNSFindResult struct{ DNS []*DNS }

type DNSAPI interface {
	Find(context.Context, *FindCondition) (*DNSFindResult, error)
	UpdateSettings(context.Context, string, *DNSUpdateSettingsRequest) (*DNS, error)
}

type absent struct{}

func (absent) Find(context.Context, *FindCondition) (*DNSFindResult, error) { return nil, errAbsent }

func (absent) UpdateSettings(context.Context, string, *DNSUpdateSettingsRequest) (*DNS, error) {
	return nil, errAbsent
}

func NewDNSOp(APICaller) DNSAPI { return absent{} }

func NewClientWithOptions(*api.ClientOptions) APICaller { return nil }

func IsNotFoundError(error) bool { return false }
