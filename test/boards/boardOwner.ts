// A process that has a board, for a test to kill.
import { virtualBoardImage } from "../../lab/image.ts";
import { startBoardNetwork } from "../../lab/network.ts";
import { startVirtualBoard } from "../../lab/virtualBoard.ts";

const network = await startBoardNetwork();
await startVirtualBoard({ ram: 256, image: await virtualBoardImage(), network });
