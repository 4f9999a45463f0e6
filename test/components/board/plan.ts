import type { BootstrapPlan } from "../../../components/board/phases.ts";

/** A plan for a Raspberry Pi 3. */
export const plan: BootstrapPlan = {
  board: "pi3-1",
  ram: 1024,
  capacity: 905,
  cores: 4,
  arch: "arm64",
  boards: [
    { name: "pi4-1", host: "192.168.1.10" },
    { name: "pi3-1", host: "192.168.1.11" },
  ],
  hasFlannel: true,
  timeServers: [],
  packages: {
    kubernetes: "1.37.1",
    kubernetesRepository: {
      line: "deb [signed-by=%key%] https://packages.example/v1.37/deb/ /",
      key: "https://packages.example/v1.37/deb/Release.key",
    },
    containerd: "containerd.io",
    containerdRepository: {
      line: "deb [signed-by=%key%] https://packages.example/linux/%id% %codename% stable",
      key: "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQIN\n-----END PGP PUBLIC KEY BLOCK-----\n",
    },
    containerdMinimum: "2.0",
    extra: ["kubernetes-cni"],
    sandboxImage: "registry.k8s.io/pause:3.10.1",
  },
};
