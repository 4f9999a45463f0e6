// Package regfishapi stands in for regfish's SDK, which the Go module proxy does not serve in the version that
// lego's provider for regfish's DNS compiles with. It makes no record.
package regfishapi

import (
	"context"
	"errors"
	"net/http"
)

var errAbsent = errors.New("regfish's SDK is not in this build")

// Client makes no record.
type Client struct{ Client *http.Client }

// Record is a DNS record.
type Record struct {
	ID, TTL          int
	Name, Type, Data string
}

// NewClient returns a client that makes no record.
func NewClient(string) *Client { return &Client{} }

// AddRecord makes none.
func (*Client) AddRecord(context.Context, Record) (Record, error) { return Record{}, errAbsent }

// DeleteRecordByRRID deletes none.
func (*Client) DeleteRecordByRRID(context.Context, int) error { return errAbsent }
