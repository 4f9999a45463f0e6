// The part of flannel's CNI plugin that clusters of kubeadm use: it hands a pod to the plugin `bridge` with the
// addresses that flanneld has written for this board.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/containernetworking/cni/pkg/invoke"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/version"
)

const (
	// Written by flanneld as soon as it knows the board's part of the network.
	subnetFile = "/run/flannel/subnet.env"
	// What a pod was added with, which it must be removed with.
	dataFolder = "/var/lib/cni/flannel"
)

type configuration struct {
	CNIVersion string         `json:"cniVersion"`
	Name       string         `json:"name"`
	Delegate   map[string]any `json:"delegate"`
}

func main() {
	skel.PluginMainFuncs(skel.CNIFuncs{Add: add, Del: remove, Check: check}, version.All, "flannel for the lab")
}

func add(args *skel.CmdArgs) error {
	bridge, err := delegate(args.StdinData)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dataFolder, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dataFolder, args.ContainerID), bridge, 0o600); err != nil {
		return err
	}
	result, err := invoke.DelegateAdd(context.Background(), "bridge", bridge, nil)
	if err != nil {
		return err
	}
	return result.Print()
}

func remove(args *skel.CmdArgs) error {
	file := filepath.Join(dataFolder, args.ContainerID)
	bridge, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := invoke.DelegateDel(context.Background(), "bridge", bridge, nil); err != nil {
		return err
	}
	return os.Remove(file)
}

func check(*skel.CmdArgs) error { return nil }

// delegate makes the configuration of `bridge`.
func delegate(stdin []byte) ([]byte, error) {
	var wanted configuration
	if err := json.Unmarshal(stdin, &wanted); err != nil {
		return nil, fmt.Errorf("its configuration can't be read: %w", err)
	}
	board, err := readSubnet()
	if err != nil {
		return nil, types.NewError(types.ErrTryAgainLater, "flanneld is not ready", err.Error())
	}
	// The file has the address of the board's own bridge in it.
	subnet, err := netip.ParsePrefix(board["FLANNEL_SUBNET"])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subnetFile, err)
	}
	mtu, err := strconv.Atoi(board["FLANNEL_MTU"])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", subnetFile, err)
	}
	bridge := map[string]any{"isGateway": true}
	for key, value := range wanted.Delegate {
		bridge[key] = value
	}
	bridge["cniVersion"] = wanted.CNIVersion
	bridge["name"] = wanted.Name
	bridge["type"] = "bridge"
	bridge["mtu"] = mtu
	// flanneld itself hides pods' addresses from the world outside.
	bridge["ipMasq"] = false
	bridge["ipam"] = map[string]any{
		"type":   "host-local",
		"ranges": [][]map[string]string{{{"subnet": subnet.Masked().String()}}},
		"routes": []map[string]string{{"dst": board["FLANNEL_NETWORK"]}},
	}
	return json.Marshal(bridge)
}

func readSubnet() (map[string]string, error) {
	file, err := os.Open(subnetFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), "="); ok {
			values[key] = value
		}
	}
	return values, nil
}
