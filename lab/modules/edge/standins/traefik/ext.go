// Package ext stands in for the module that Traefik replaces by a folder of its own repository, which the Go
// module proxy does not serve. Traefik asks nothing of it but these two types, and that they hold nothing.
package ext

// HTTP adds nothing to Traefik's HTTP configuration.
type HTTP struct{}

// Router adds nothing to the configuration of a router.
type Router struct{}
