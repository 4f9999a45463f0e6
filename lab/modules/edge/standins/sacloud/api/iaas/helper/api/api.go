// Package api stands in for a part of Sakura's SDK.
package api

import "net/http"

type ClientOptions struct {
	AccessToken, AccessTokenSecret, UserAgent string
	HttpClient                                *http.Client
}

type CallerOptions struct {
	Options                 *ClientOptions
	UserAgent               string
	DefaultZone, APIRootURL string
	Zones                   []string
}

func DefaultOption() (*CallerOptions, error) { return &CallerOptions{}, nil }

func MergeOptions(...*CallerOptions) *CallerOptions { return &CallerOptions{} }
