import { expect, it } from "vitest";
import { boardPackages } from "../../../components/board/packages.ts";

it("takes Kubernetes from the repository of its minor version", () => {
  const { kubernetesRepository } = boardPackages("1.37.1");
  expect(kubernetesRepository.line).toBe(
    "deb [signed-by=%key%] https://pkgs.k8s.io/core:/stable:/v1.37/deb/ /",
  );
  expect(kubernetesRepository.key).toBe("https://pkgs.k8s.io/core:/stable:/v1.37/deb/Release.key");
});

it("asks for containerd 2 from Kubernetes 1.37 on", () => {
  expect(["1.36.3", "1.37.0", "1.40.0"].map((version) => boardPackages(version).containerdMinimum)).toEqual([
    "1.6",
    "2.0",
    "2.0",
  ]);
});

it("takes what the settings name from there", () => {
  const mirror = { line: "deb [signed-by=%key%] http://mirror.lan/ ./", key: "http://mirror.lan/key" };
  const packages = boardPackages("1.36.3", { kubernetesRepository: mirror, containerdRepository: undefined });
  expect(packages.kubernetesRepository).toEqual(mirror);
  expect(packages.containerdRepository).toBeUndefined();
  expect(packages.extra).toEqual(["kubernetes-cni", "cri-tools"]);
});
