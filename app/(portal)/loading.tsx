import { LoadingBlocks } from "../../components/ui/loading-blocks.tsx";

export default function Loading() {
  return <LoadingBlocks />;
}
