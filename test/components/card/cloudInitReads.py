"""Reads a list of user-data and network configurations from standard input, and prints what cloud-init makes of them:
the errors of its own schema check, and the network as it hands it to netplan."""
import json
import sys

import yaml
from cloudinit.config.schema import get_schema, validate_cloudconfig_schema
from cloudinit.net import netplan, network_state

given = json.load(sys.stdin)
schema = get_schema()
for text in given["userData"]:
    assert text.startswith("#cloud-config\n")
    validate_cloudconfig_schema(yaml.safe_load(text), schema, strict=True)
handed = []
for text in given["networks"]:
    renderer = netplan.Renderer({})
    state = network_state.parse_net_config_data(yaml.safe_load(text)["network"], renderer=renderer)
    handed.append(renderer._render_content(state))
print(json.dumps(handed))
