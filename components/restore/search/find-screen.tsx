import { BrowseLayout } from "../browse/browse-layout.tsx";
import { usePlaces, useSourceNames } from "../places/use-places.ts";
import { useVault } from "../vault/vault-context.ts";
import { SearchResults } from "./search-results.tsx";

/** Documents by name, over all machines and times. The address holds nothing of what is looked for. */
export function FindScreen() {
  const { isOpen } = useVault();
  const asked = usePlaces();
  const places = asked.value ?? [];
  const names = useSourceNames(places.map(({ machine }) => machine.machineId));
  return (
    <BrowseLayout
      crumbs={[
        { word: "Restore", href: "#/" },
        { word: "Find", href: null },
      ]}
      places={places}
      names={names}
      timeline={null}
    >
      {isOpen ? <SearchResults places={places} names={names} /> : null}
    </BrowseLayout>
  );
}
