import { useEffect, useState } from "react";
import { AboutScreen } from "./about/about-screen.tsx";
import { BasketProvider } from "./basket/basket-context.tsx";
import { BasketScreen } from "./basket/basket-screen.tsx";
import { CompanyScreen } from "./browse/company-screen.tsx";
import { SourceScreen } from "./browse/source-screen.tsx";
import { EnrolScreen } from "./enrol/enrol-screen.tsx";
import { NowhereScreen } from "./frame/nowhere-screen.tsx";
import { ShortcutHelp } from "./keys/shortcut-help.tsx";
import { useShortcuts } from "./keys/use-shortcuts.ts";
import type { VaultRoute } from "./route/route.ts";
import { useRoute } from "./route/use-route.ts";
import { FindScreen } from "./search/find-screen.tsx";
import { SearchProvider } from "./search/search-context.tsx";
import { focusSearch } from "./search/search-field.tsx";
import { ReceiptScreen } from "./take/receipt-screen.tsx";
import { RunningScreen } from "./take/running-screen.tsx";
import { TakeProvider } from "./take/take-context.tsx";
import { lockNow } from "./vault/use-lock.ts";
import { useVault } from "./vault/vault-context.ts";

/** Never a name: a title stands in the history and in the list of windows. */
const TITLES: Readonly<Record<VaultRoute["kind"], string>> = {
  company: "Restore",
  machine: "Restore",
  source: "Restore",
  find: "Find",
  basket: "Basket",
  restore: "Restoring",
  receipt: "Receipt",
  enrol: "Add a machine",
  about: "Vault code",
  nowhere: "Nothing here",
};

/** The screen of the address, for a member. */
export function Screens() {
  const route = useRoute();
  const { vault } = useVault();
  const [isHelping, setIsHelping] = useState(false);
  useEffect(() => {
    document.title = `${TITLES[route.kind]}, Holdfast`;
  }, [route.kind]);
  useShortcuts({
    "/": focusSearch,
    "?": () => setIsHelping(true),
    "Shift L": () => lockNow(vault),
  });
  return (
    <BasketProvider>
      <SearchProvider>
        <TakeProvider>
          <Screen route={route} />
        </TakeProvider>
      </SearchProvider>
      {isHelping ? <ShortcutHelp onClose={() => setIsHelping(false)} /> : null}
    </BasketProvider>
  );
}

function Screen({ route }: { readonly route: VaultRoute }) {
  switch (route.kind) {
    case "company":
    case "machine":
      return <CompanyScreen route={route} />;
    case "source":
      return <SourceScreen route={route} />;
    case "find":
      return <FindScreen />;
    case "basket":
      return <BasketScreen />;
    case "enrol":
      return <EnrolScreen />;
    case "restore":
      return <RunningScreen restoreId={route.restoreId} />;
    case "receipt":
      return <ReceiptScreen restoreId={route.restoreId} />;
    case "about":
      return <AboutScreen />;
    case "nowhere":
      return <NowhereScreen />;
  }
}
